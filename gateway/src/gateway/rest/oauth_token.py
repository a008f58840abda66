"""OAuth 2.1's token endpoint for partners' programs: forms in, its own errors out (RFC 6749, 4.4 and 5.2)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

import orjson
from aiohttp import web

from contracts.errors import ProblemError
from contracts.identity.credentials import IssueClientToken
from gateway.problems import HttpProblem
from gateway.rest import validation
from gateway.rest.admission import Admission
from gateway.rest.routes import Auth
from gateway.rest.validation import InvalidRequest
from gateway.rpc import Rpc
from gateway.settings import RateClass
from gateway.web.body import read_body
from gateway.web.exchange import REQUEST_ID

PATH = "/v1/oauth/token"
_ERRORS = {
    "identity.client.invalid": "invalid_client",
    "identity.client.invalid_scope": "invalid_scope",
    "identity.client.invalid_target": "invalid_target",
}
_TAKEN = frozenset({"client_id", "client_secret", "scope", "resource"})
_LONGEST_BODY = 8192


class _Refused(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error, self.description = error, description


@dataclass(frozen=True, slots=True)
class OAuthToken:
    """`POST /v1/oauth/token`."""

    rpc: Rpc
    admission: Admission
    rpc_timeout_s: float

    async def issue(self, request: web.Request) -> web.Response:
        """200 with the token, or what was wrong in OAuth's words. What is wrong with the platform is told as everywhere."""
        await self.admission.admit(request, Auth.NONE, RateClass.AUTH)
        try:
            command = _command(await _form(request), request.headers.get("Authorization"))
            client = self.admission.client(request)
            view = await self.rpc.call(command, timeout=self.rpc_timeout_s, request_id=request[REQUEST_ID], client=client)
        except _Refused as refused:
            return _refusal(refused.error, refused.description)
        except ProblemError as refused:
            if refused.problem.code not in _ERRORS:
                raise
            return _refusal(_ERRORS[refused.problem.code], refused.problem.detail)
        return _answer(200, view.model_dump())


async def _form(request: web.Request) -> dict[str, str]:
    if request.content_type != "application/x-www-form-urlencoded":
        detail = "Send the body as application/x-www-form-urlencoded."
        raise HttpProblem(415, "gateway.content_type.unsupported", detail, headers={"Accept": "application/x-www-form-urlencoded"})
    raw = await read_body(request, _LONGEST_BODY)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, strict_parsing=bool(raw), max_num_fields=20)
    except ValueError:
        raise _Refused("invalid_request", "The form cannot be read.") from None
    form = dict(pairs)
    if len(form) != len(pairs):
        raise _Refused("invalid_request", "A parameter is given twice.")
    return form


def _command(form: dict[str, str], header: str | None) -> IssueClientToken:
    if form.get("grant_type") != "client_credentials":
        raise _Refused("unsupported_grant_type" if "grant_type" in form else "invalid_request", "grant_type must be client_credentials.")
    given = {name: value for name, value in form.items() if name in _TAKEN and value}
    if header is not None:
        if "client_secret" in given:
            raise _Refused("invalid_request", "Send the secret once: in the header or in the form.")
        given |= _basic(header)
    if not {"client_id", "client_secret"} <= given.keys():
        raise _Refused("invalid_client", "client_id and client_secret are missing.")
    try:
        return validation.from_json(IssueClientToken, given)
    except InvalidRequest as error:
        raise _Refused("invalid_request", "A parameter does not fit.") from error


def _basic(header: str) -> dict[str, str]:
    """RFC 6749, 2.3.1: both parts are form-encoded before they are put together."""
    scheme, _, told = header.partition(" ")
    try:
        client_id, found, secret = base64.b64decode(told.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, not even ASCII, or not UTF-8 inside
        found = ""
    if scheme.lower() != "basic" or not found:
        raise _Refused("invalid_client", "The header Authorization is not Basic.")
    return {"client_id": unquote_plus(client_id), "client_secret": unquote_plus(secret)}


def _refusal(error: str, description: str) -> web.Response:
    unauthenticated = error == "invalid_client"
    response = _answer(401 if unauthenticated else 400, {"error": error, "error_description": description})
    if unauthenticated:
        response.headers["WWW-Authenticate"] = 'Basic realm="openchance"'
    return response


def _answer(status: int, document: dict[str, object]) -> web.Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return web.Response(status=status, body=orjson.dumps(document), content_type="application/json", headers=headers)
