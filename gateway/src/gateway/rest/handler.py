"""The one handler of all REST routes: admit, parse, ask the service, answer."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from chassis.context import NOWHERE, Client
from chassis.dead_letters.asking import LIST_PATIENCE_S, ask_services
from chassis.principal import Principal
from contracts.admin.queries import DEAD_LETTERS, ListDeadLetters
from contracts.base import Request, View
from contracts.errors import ProblemError
from contracts.files import FileView
from contracts.matching.queries import SearchChallenges
from gateway.maintenance import Maintenance
from gateway.problems import malformed
from gateway.rest import conditional, files, strict_json, validation
from gateway.rest.admission import Admission
from gateway.rest.conditional import CONDITIONAL
from gateway.rest.refusals import Refusals
from gateway.rest.routes import EXPECTED_VERSION, Route
from gateway.rest.search import search_or_list
from gateway.rest.strangers import Strangers
from gateway.rpc import Answer, Rpc
from gateway.shared.idempotency import Idempotency, StoredAnswer
from gateway.web.body import read_body, require_json
from gateway.web.exchange import REQUEST_ID

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_JSON = "application/json"
_SEARCH_TIMEOUT_S = 2.0  # a list is better than a longer wait


@dataclass(frozen=True, slots=True)
class Call:
    """Who asks, and under which names the call travels."""

    principal: Principal | None
    request_id: str
    idempotency_key: str | None = None
    client: Client = NOWHERE

    @property
    def caller(self) -> str:
        return self.principal.user_id if self.principal else "anonymous"


@dataclass(frozen=True, slots=True)
class RestHandler:
    """Serves any route of the table."""

    rpc: Rpc
    admission: Admission
    idempotency: Idempotency
    maintenance: Maintenance
    body_limit: int
    rpc_timeout_s: float
    strangers: Strangers
    refusals: Refusals = field(default_factory=Refusals)

    def of(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The aiohttp handler of a route."""

        async def handle(request: web.Request) -> web.StreamResponse:
            principal = await self.admission.admit(request, route.auth, route.rate)
            if not route.open_while_read_only:
                self.maintenance.refuse()
            key = _idempotency_key(request) if route.idempotent else None
            call = Call(principal, request[REQUEST_ID], key, self.admission.client(request))
            if not route.has_body:
                return await self._read(route, request, call)
            return await self._write(route, request, call)

        return handle

    async def _read(self, route: Route, request: web.Request, call: Call) -> web.Response:
        asked = self._from_url(route, request)
        if route.search is not None and isinstance(asked, SearchChallenges):
            patience = min(_SEARCH_TIMEOUT_S, self.rpc_timeout_s)
            view: View = await search_or_list(
                asked, lambda search: self._ask(search, call, patience), lambda listing: self._ask(listing, call)
            )
        else:
            view = await self._ask(asked, call)
        if isinstance(view, FileView):
            return files.response(view)
        answer = _answer(route, view)
        if route.method == "GET" and conditional.unchanged(request.headers.get("If-None-Match"), answer.headers.get("ETag")):
            return _response(StoredAnswer(304, answer.headers, b""))
        return _response(answer)

    async def _write(self, route: Route, request: web.Request, call: Call) -> web.Response:
        data = await self._body(route, request)
        asked = validation.from_json(route.request, data)

        async def perform() -> StoredAnswer:
            self.refusals.check(route, asked, call.client.address)
            try:
                with self.strangers.counted(route, asked, call.client.address):
                    return _answer(route, await self._ask(asked, call))
            except ProblemError as refusal:
                self.refusals.learn(route, asked, call.client.address, refusal.problem)
                raise

        if call.idempotency_key is None:
            return _response(await perform())
        answer, replayed = await self.idempotency.answer(
            f"{call.caller} {route.method} {route.path}", call.idempotency_key, asked.fingerprint(), perform
        )
        return _response(answer, replayed=replayed)

    async def _ask(self, asked: Request[Answer], call: Call, patience_s: float | None = None) -> Answer:
        if asked.service != DEAD_LETTERS:
            return await self._call(asked, call, patience_s or self.rpc_timeout_s)
        patience_s = min(LIST_PATIENCE_S, self.rpc_timeout_s) if isinstance(asked, ListDeadLetters) else self.rpc_timeout_s
        return await ask_services(asked, lambda desk: self._call(asked, call, patience_s, to=desk))

    async def _call(self, asked: Request[Answer], call: Call, patience_s: float, to: str | None = None) -> Answer:
        return await self.rpc.call(
            asked,
            token=call.principal.token if call.principal else None,
            idempotency_key=call.idempotency_key,
            timeout=patience_s,
            request_id=call.request_id,
            client=call.client,
            to=to,
        )

    def _from_url(self, route: Route, request: web.Request) -> Request[Any]:
        values = validation.single_values(request.query.items())
        kind = route.search if route.search is not None and "q" in values else route.request
        _refuse_reserved(route, values)
        values |= request.match_info
        if files.LOCALE in route.body_fields and (language := files.language(request.headers.getall("Accept-Language", ()))):
            values.setdefault(files.LOCALE, language)
        if (version := _expected_version(route, request)) is not None:
            values[EXPECTED_VERSION] = str(version)
        return validation.from_strings(kind, values)

    async def _body(self, route: Route, request: web.Request) -> dict[str, Any]:
        """What the client sent, completed by what the URL and If-Match say."""
        validation.refuse(*request.query, why="unknown parameter")
        raw = await read_body(request, self.body_limit)
        data: dict[str, Any] = {}
        if raw:
            require_json(request)
            data = strict_json.read_object(raw)
        _refuse_reserved(route, data)
        data |= request.match_info
        if (version := _expected_version(route, request)) is not None:
            data[EXPECTED_VERSION] = version
        return data


def _refuse_reserved(route: Route, given: Mapping[str, Any]) -> None:
    """Fields of the URL and of headers are unknown anywhere else: nobody can say one thing twice, differently."""
    reserved = (route.path_fields | {EXPECTED_VERSION}) & given.keys()
    validation.refuse(*reserved, why="unknown field")


def _expected_version(route: Route, request: web.Request) -> int | None:
    if not route.takes_version:
        return None
    version = conditional.expected_version(request.headers.get("If-Match"))
    request[CONDITIONAL] = version is not None
    return version


def _idempotency_key(request: web.Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise malformed("gateway.idempotency_key.malformed", "Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


def _answer(route: Route, view: View) -> StoredAnswer:
    headers = {}
    if (tag := conditional.etag(view)) is not None:
        headers["ETag"] = tag
    if route.location is not None:
        headers["Location"] = route.location.format(id=getattr(view, "id", ""))
    return StoredAnswer(route.status, headers, b"" if route.status == 204 else view.model_dump_json().encode())


def _response(answer: StoredAnswer, *, replayed: bool = False) -> web.Response:
    headers = {"Cache-Control": "private, no-cache" if "ETag" in answer.headers else "no-store", "Vary": "Authorization", **answer.headers}
    if replayed:
        headers["Idempotent-Replayed"] = "true"
    if answer.status in (204, 304):
        return web.Response(status=answer.status, headers=headers)
    return web.Response(status=answer.status, headers=headers, body=answer.body, content_type=_JSON)
