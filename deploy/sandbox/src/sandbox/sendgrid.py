"""SendGrid's POST /v3/mail/send: https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send."""

import asyncio
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.storage import Json, Storage

_ADDRESS = re.compile(r"^[^@\s<>,;\"]+@[^@\s<>,;\".]+(\.[^@\s<>,;\".]+)*$")
_HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html#message."
_RESERVED = (
    "x-sg-id",
    "x-sg-eid",
    "received",
    "dkim-signature",
    "content-type",
    "content-transfer-encoding",
    "to",
    "from",
    "subject",
    "reply-to",
    "cc",
    "bcc",
)


class MailRefused(Exception):
    def __init__(self, message: str, field: str | None = None, *, status: int = 400, help_anchor: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        link = f"{_HELP}{help_anchor or re.sub(r'[.][0-9]+', '', field)}" if field else None
        self.body = {"errors": [{"message": message, "field": field, "help": link}]}


@dataclass(frozen=True)
class SendGridApi:
    storage: Storage
    clock: Clock
    faults: Faults

    async def handle(self, request: web.Request) -> web.Response:
        fault = self.faults.take("sendgrid", request.method, request.path)
        if fault is not None:
            await asyncio.sleep(fault.delay_ms / 1000)
        try:
            if fault is not None and fault.status and not fault.after:
                raise MailRefused("The sandbox was told to fail.", status=fault.status)
            message_id = self._send(request, await request.text())
            if fault is not None and fault.after and request.transport is not None:
                if fault.status is None:
                    request.transport.abort()
                raise MailRefused("The sandbox was told to fail.", status=fault.status or 500)
        except MailRefused as error:
            return web.json_response(error.body, status=error.status)
        return web.Response(status=202, headers={"X-Message-Id": message_id})

    def _send(self, request: web.Request, text: str) -> str:
        if not re.fullmatch(r"Bearer \S+", request.headers.get("Authorization", "")):
            raise MailRefused("The provided authorization grant is invalid, expired, or revoked", status=401)
        if request.content_type != "application/json":
            raise MailRefused("Content-Type should be application/json.", status=415)
        try:
            mail = json.loads(text)
        except ValueError:
            raise MailRefused("Bad Request") from None
        if not isinstance(mail, dict):
            raise MailRefused("Bad Request")
        _check(mail)
        message_id = secrets.token_urlsafe(16)
        sandboxed = ((mail.get("mail_settings") or {}).get("sandbox_mode") or {}).get("enabled")
        if not sandboxed:
            with self.storage.transaction():
                self._keep(mail, message_id)
        return message_id

    def _keep(self, mail: Json, message_id: str) -> None:
        for index, person in enumerate(mail["personalizations"]):
            for copy, entry in enumerate([*person["to"], *person.get("cc", []), *person.get("bcc", [])]):
                content = {block["type"]: _filled(block["value"], person) for block in mail.get("content", [])}
                kept: Json = {
                    "id": f"{message_id}.{index}.{copy}",
                    "message_id": message_id,
                    "to": entry["email"],
                    "to_name": entry.get("name"),
                    "from": (person.get("from") or mail["from"])["email"],
                    "from_name": (person.get("from") or mail["from"]).get("name"),
                    "reply_to": (mail.get("reply_to") or {}).get("email"),
                    "subject": _filled(person.get("subject") or mail.get("subject") or "", person),
                    "text": content.get("text/plain"),
                    "html": content.get("text/html"),
                    "headers": (mail.get("headers") or {}) | (person.get("headers") or {}),
                    "categories": mail.get("categories", []),
                    "custom_args": (mail.get("custom_args") or {}) | (person.get("custom_args") or {}),
                    "template_id": mail.get("template_id"),
                    "attachments": [{"filename": item.get("filename"), "type": item.get("type")} for item in mail.get("attachments", [])],
                    "received_at": self.clock.now().isoformat(timespec="milliseconds"),
                }
                self.storage.keep_message("mail", entry["email"], kept)


def _filled(text: str, person: Json) -> str:
    for key, value in (person.get("substitutions") or {}).items():
        text = text.replace(key, str(value))
    return text


def _check(mail: Json) -> None:
    """The rules of the vendor, in its words, one error at a time.

    Raises:
        MailRefused: the first rule that is broken.
    """
    people = mail.get("personalizations")
    if not isinstance(people, list) or not people:
        raise MailRefused("The personalizations field is required and must have at least one personalization.", "personalizations")
    for index, person in enumerate(people):
        _check_recipients(person if isinstance(person, dict) else {}, f"personalizations.{index}")
    _check_address(
        mail.get("from"),
        "from",
        'The from object must be provided for every email send. It is an object that requires the email parameter, but may also contain a name parameter.  e.g. {"email" : "example@example.com"}  or {"email" : "example@example.com", "name" : "Example Recipient"}.',
    )
    if mail.get("reply_to") is not None:
        _check_address(mail["reply_to"], "reply_to", "The reply_to object must have an email parameter.")
    if not mail.get("template_id"):
        if not mail.get("subject") and not all(person.get("subject") for person in people):
            raise MailRefused(
                "The subject is required. You can get around this requirement if you use a template with a subject defined or if every "
                "personalization has a subject defined.",
                "subject",
            )
        _check_content(mail.get("content"))
    for name in [*(mail.get("headers") or {}), *(name for person in people for name in person.get("headers") or {})]:
        if name.lower() in _RESERVED:
            raise MailRefused(f"The {name} header is reserved and cannot be set.", "headers")


def _check_recipients(person: Json, field: str) -> None:
    if not isinstance(person.get("to"), list) or not person["to"]:
        message = (
            "The to array is required for all personalization objects, and must have at least one email object with a valid email address."
        )
        raise MailRefused(message, f"{field}.to")
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        for index, entry in enumerate(person.get(kind) or []):
            _check_address(entry, f"{field}.{kind}.{index}", "Does not contain a valid address.")
            if entry["email"].lower() in seen:
                message = "Each email address in the personalization block should be unique between to, cc, and bcc. We found the first duplicate instance of "
                raise MailRefused(f"{message}[{entry['email']}] in the {field}.{kind} field.", field)
            seen.add(entry["email"].lower())


def _check_address(entry: Any, field: str, when_missing: str) -> None:
    if not isinstance(entry, dict) or not entry.get("email"):
        raise MailRefused(when_missing, f"{field}.email")
    if not isinstance(entry["email"], str) or not _ADDRESS.match(entry["email"]):
        place = "The from email does" if field == "from" else "Does"
        raise MailRefused(f"{place} not contain a valid address.", f"{field}.email")


def _check_content(content: Any) -> None:
    if not isinstance(content, list) or not content:
        raise MailRefused(
            "Unless a valid template_id is provided, the content parameter is required. There must be at least one defined content block. We typically "
            "suggest both text/plain and text/html blocks are included, but only one block is required.",
            "content",
        )
    for index, block in enumerate(content):
        if not isinstance(block, dict) or not isinstance(block.get("value"), str) or not block["value"]:
            raise MailRefused("The content value must be a string at least one character in length.", f"content.{index}.value")
        if not isinstance(block.get("type"), str) or not block["type"]:
            raise MailRefused("The content type must be a string at least one character in length.", f"content.{index}.type")
    kinds = [block["type"] for block in content]
    if sorted(kinds, key=lambda kind: {"text/plain": 0, "text/html": 1}.get(kind, 2)) != kinds:
        raise MailRefused("If present, text/plain and text/html must be the first and second content blocks, in that order.", "content")
