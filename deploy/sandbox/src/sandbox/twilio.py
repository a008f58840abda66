"""Twilio's messages: https://www.twilio.com/docs/messaging/api/message-resource."""

import asyncio
import base64
import binascii
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.storage import Json, Storage

_NUMBER = re.compile(r"^\+[1-9]\d{6,14}$")
_SEGMENT = 160
# https://www.twilio.com/docs/iam/test-credentials: numbers that fail on purpose.
_MAGIC = {
    "+15005550001": (21211, "The 'To' number {to} is not a valid phone number."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient"),
    "+15005550009": (21614, "'To' number is not a valid mobile number"),
}


class TextRefused(Exception):
    def __init__(self, code: int, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "more_info": f"https://www.twilio.com/docs/errors/{code}", "status": status}


@dataclass(frozen=True)
class TwilioApi:
    storage: Storage
    clock: Clock
    faults: Faults

    async def create(self, request: web.Request) -> web.Response:
        fault = self.faults.take("twilio", request.method, request.path)
        if fault is not None:
            await asyncio.sleep(fault.delay_ms / 1000)
        try:
            if fault is not None and fault.status and not fault.after:
                raise TextRefused(20500, "Internal Server Error", fault.status)
            form = {name: str(value) for name, value in (await request.post()).items()}
            message = self._send(_account(request), form)
            if fault is not None and fault.after:
                if fault.status is None and request.transport is not None:
                    request.transport.abort()
                raise TextRefused(20500, "Internal Server Error", fault.status or 500)
        except TextRefused as error:
            return web.json_response(error.body, status=error.status)
        return web.json_response(message, status=201)

    async def retrieve(self, request: web.Request) -> web.Response:
        message_sid = request.match_info["message"]
        try:
            account = _account(request)
            message = self.storage.message(message_sid)
            if message is None or message["account_sid"] != account:
                raise TextRefused(20404, f"The requested resource {request.path} was not found", 404)
        except TextRefused as error:
            return web.json_response(error.body, status=error.status)
        return web.json_response(message | {"status": "delivered", "date_sent": message["date_created"]})

    def _send(self, account: str, form: dict[str, str]) -> Json:
        to, sender, body = form.get("To", ""), form.get("From", ""), form.get("Body", "")
        service = form.get("MessagingServiceSid")
        if not to:
            raise TextRefused(21604, "A 'To' phone number is required.")
        if not body:
            raise TextRefused(21602, "Message body is required.")
        if not sender and not service:
            raise TextRefused(21603, "A 'From' phone number is required.")
        if not _NUMBER.match(to):
            raise TextRefused(21211, f"The 'To' number {to} is not a valid phone number.")
        if to in _MAGIC:
            code, text = _MAGIC[to]
            raise TextRefused(code, text.format(to=to))
        if len(body) > 1600:
            raise TextRefused(21617, "The concatenated message body exceeds the 1600 character limit.")
        sid = f"SM{secrets.token_hex(16)}"
        now = _rfc2822(self.clock.now())
        uri = f"/2010-04-01/Accounts/{account}/Messages/{sid}"
        message: Json = {
            "account_sid": account,
            "api_version": "2010-04-01",
            "body": body,
            "date_created": now,
            "date_sent": None,
            "date_updated": now,
            "direction": "outbound-api",
            "error_code": None,
            "error_message": None,
            "from": sender or None,
            "messaging_service_sid": service,
            "num_media": "0",
            "num_segments": str(-(-len(body) // _SEGMENT)),
            "price": None,
            "price_unit": "USD",
            "sid": sid,
            "status": "queued",
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": to,
            "uri": f"{uri}.json",
        }
        with self.storage.transaction():
            self.storage.keep_message("sms", to, message | {"id": sid})
        return message


def _account(request: web.Request) -> str:
    """The account in the path, which the credentials must be for.

    Raises:
        TextRefused: 401.
    """
    account = request.match_info["account"]
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, password = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user, password = "", ""
    if scheme.lower() != "basic" or not password or (user != account and not user.startswith("SK")):
        raise TextRefused(20003, "Authenticate", 401)
    return account


def _rfc2822(moment: datetime) -> str:
    return format_datetime(moment)
