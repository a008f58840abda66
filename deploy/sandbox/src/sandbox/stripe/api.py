"""The edge of Stripe's API: keys, idempotency, headers, faults; one transaction for each call."""

import asyncio
import base64
import binascii
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import FaultOrder, Faults
from sandbox.settings import Settings
from sandbox.storage import Json, Storage
from sandbox.stripe import form, routes
from sandbox.stripe.accounts import unreachable
from sandbox.stripe.errors import StripeError
from sandbox.stripe.listing import expand
from sandbox.stripe.params import Params
from sandbox.stripe.session import API_VERSION, Session, new_id, visible


@dataclass(frozen=True)
class _Answer:
    status: int
    body: Json
    replay_of: str | None = None  # the request id of the first answer

    @classmethod
    def refusing(cls, error: StripeError, request_id: str) -> "_Answer":
        return cls(
            error.status, {"error": visible(error.error) | {"request_log_url": f"https://dashboard.stripe.com/test/logs/{request_id}"}}
        )


@dataclass(frozen=True)
class _Call:
    request_id: str
    method: str
    path: str
    pairs: list[tuple[str, str]]
    account: str | None
    key: str | None

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(sorted(self.pairs)).encode()).hexdigest()


@dataclass
class StripeApi:
    storage: Storage
    clock: Clock
    settings: Settings
    faults: Faults
    _in_progress: set[tuple[str, str]] = field(default_factory=set)

    def platform(self) -> Session:
        return Session(self.storage, self.clock, self.settings)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        request_id = new_id("req", 14)
        call: _Call | None = None
        fault: FaultOrder | None = None
        try:
            call = await self._read(request, request_id)
            fault = self.faults.take("stripe", call.method, call.path)
            answer = await self._once(call, fault)
        except StripeError as error:
            answer = _Answer.refusing(error, request_id)
        if fault is not None and fault.after and fault.status is None and request.transport is not None:
            request.transport.abort()  # done, and nobody will be told
        response = _response(request, call, request_id, answer)
        if fault is not None and fault.retry_after_s is not None:
            response.headers["Retry-After"] = str(fault.retry_after_s)
        return response

    async def _read(self, request: web.Request, request_id: str) -> _Call:
        _authenticate(request.headers.get("Authorization"))
        text = (await request.text()) if request.method == "POST" else request.query_string
        pairs = parse_qsl(text, keep_blank_values=True)
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        if key is not None and not 0 < len(key) <= 255:
            raise StripeError("Idempotency keys have 1 to 255 characters.", type="idempotency_error")
        account = request.headers.get("Stripe-Account")
        if account is not None and self.storage.get("account", None, account) is None:
            raise unreachable(account)
        return _Call(request_id, request.method, request.path, pairs, account, key)

    async def _once(self, call: _Call, fault: FaultOrder | None) -> _Answer:
        """The stored answer of an idempotency key, or the call itself while no other call holds the key."""
        if call.key is None:
            return await self._obey(call, fault)
        slot = (call.account or "", call.key)
        if slot in self._in_progress:
            raise StripeError(
                "There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other "
                f"request is still going through): {call.key}. Please try again later.",
                status=409,
                code="idempotency_key_in_use",
                type="idempotency_error",
            )
        if (stored := self._stored(call)) is not None:
            return stored
        self._in_progress.add(slot)
        try:
            return await self._obey(call, fault)
        finally:
            self._in_progress.discard(slot)

    def _stored(self, call: _Call) -> _Answer | None:
        rows = self.storage.execute("SELECT * FROM idempotency WHERE account = ? AND key = ?", call.account or "", call.key)
        if not rows:
            return None
        first = rows[0]
        if first["endpoint"] != call.path:
            rule = f"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{first['endpoint']}' vs '{call.path}')."
        elif first["fingerprint"] != call.fingerprint:
            rule = "Keys for idempotent requests can only be used with the same parameters they were first used with."
        else:
            return _Answer(first["status"], json.loads(first["body"]), replay_of=first["request_id"])
        raise StripeError(
            f"{rule} Try using a key other than '{call.key}' if you meant to execute a different request.", type="idempotency_error"
        )

    async def _obey(self, call: _Call, fault: FaultOrder | None) -> _Answer:
        if fault is None:
            return self._perform(call)
        if fault.delay_ms:
            await asyncio.sleep(fault.delay_ms / 1000)
        refusal = StripeError("An unknown error occurred", status=fault.status or 500, type="api_error")
        if fault.status is not None and not fault.after:
            raise refusal
        answer = self._perform(call)
        return answer if fault.status is None else _Answer.refusing(refusal, call.request_id)

    def _perform(self, call: _Call) -> _Answer:
        session = Session(self.storage, self.clock, self.settings, call.account, call.request_id, call.key)
        kept: _Answer | None = None
        try:
            with self.storage.transaction():
                try:
                    answer = _Answer(200, _run(session, call))
                except StripeError as error:
                    kept = _Answer.refusing(error, call.request_id)
                    if not error.keeps:
                        raise
                    answer = kept
                self._keep(call, answer)
        except StripeError as error:
            answer = kept or _Answer.refusing(error, call.request_id)
            if not error.validation:
                with self.storage.transaction():
                    self._keep(call, answer)
        return answer

    def _keep(self, call: _Call, answer: _Answer) -> None:
        if call.key is not None:
            self.storage.execute(
                "INSERT INTO idempotency (account, key, endpoint, fingerprint, status, body, request_id, stored_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                *(call.account or "", call.key, call.path, call.fingerprint, answer.status, json.dumps(answer.body), call.request_id),
                self.clock.time(),
            )


def _run(session: Session, call: _Call) -> Json:
    endpoint, ids = routes.resolve(call.method, call.path)
    params = Params(form.decode(call.pairs))
    wanted = params.texts("expand")
    answer = endpoint(session, params, *ids)
    params.refuse_unknown()
    copy: Json = json.loads(json.dumps(answer))
    expand(session, copy, wanted)
    shown: Json = visible(copy)
    return shown


def _authenticate(header: str | None) -> None:
    """Test keys only: whoever has a live key must not send it here.

    Raises:
        StripeError: 401.
    """
    scheme, _, value = (header or "").partition(" ")
    key = value.strip() if scheme.lower() == "bearer" else ""
    if scheme.lower() == "basic":
        with suppress(binascii.Error, UnicodeDecodeError):
            key = base64.b64decode(value).decode().partition(":")[0]
    if not key:
        raise StripeError(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
            "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details.",
            status=401,
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise StripeError(f"Invalid API Key provided: {key[:8]}{'*' * 12}", status=401)


def _response(request: web.Request, call: _Call | None, request_id: str, answer: _Answer) -> web.Response:
    headers = {"Request-Id": request_id, "Stripe-Version": request.headers.get("Stripe-Version", API_VERSION)}
    if call is not None and call.key is not None:
        headers |= {"Idempotency-Key": call.key, "Original-Request": answer.replay_of or request_id}
        if answer.replay_of is not None:
            headers["Idempotent-Replayed"] = "true"
    if call is not None and call.account is not None:
        headers["Stripe-Account"] = call.account
    if answer.status >= 400:
        headers["Stripe-Should-Retry"] = "true" if answer.status in (409, 429, 500, 502, 503) else "false"
    return web.json_response(answer.body, status=answer.status, headers=headers)
