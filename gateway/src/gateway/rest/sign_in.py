"""Logging in elsewhere: the browser is sent to a provider, and bound by a cookie to the answer it comes back with."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web

from contracts.identity.authentication import CompleteSignIn, StartLink, StartSignIn
from contracts.identity.sessions import SignInStartedView
from gateway.maintenance import Maintenance
from gateway.problems import malformed
from gateway.rest import validation
from gateway.rest.admission import Admission
from gateway.rest.routes import Auth
from gateway.rpc import Rpc
from gateway.settings import RateClass
from gateway.web.client_scheme import client_scheme
from gateway.web.exchange import REQUEST_ID

START, LINK, CALLBACK = "/v1/auth/oauth/{provider}/start", "/v1/me/links/{provider}/start", "/v1/auth/oauth/{provider}/callback"
BINDING = re.compile(LINK.replace("{provider}", "[^/]+"))  # where a script's request is answered with the cookie
_COOKIE = "sign_in"
_LIFETIME_S = 600


@dataclass(frozen=True, slots=True)
class SignIn:
    """The three steps that are a browser's. The cookie goes to the callback alone, never to scripts, and with no other site's posts.

    A browser keeps it from an answer to `fetch` where the page is of the same site as the gateway (SameSite=Lax), such as
    app.example.com with api.example.com, and where the script said `credentials: "include"`.
    """

    rpc: Rpc
    admission: Admission
    maintenance: Maintenance
    rpc_timeout_s: float

    async def start(self, request: web.Request) -> web.StreamResponse:
        """302 to the provider."""
        await self.admission.admit(request, Auth.NONE, RateClass.AUTH)
        command = validation.from_json(StartSignIn, dict(request.match_info))
        client = self.admission.client(request)
        started = await self.rpc.call(command, timeout=self.rpc_timeout_s, request_id=request[REQUEST_ID], client=client)
        return self._bound(request, web.Response(status=302, headers={"Location": started.authorization_url}), started)

    async def link(self, request: web.Request) -> web.StreamResponse:
        """200 with the address to open: a browser that follows a link sends no token."""
        principal = await self.admission.admit(request, Auth.REQUIRED, RateClass.AUTH)
        self.maintenance.refuse()
        command = validation.from_json(StartLink, dict(request.match_info))
        started = await self.rpc.call(
            command, token=principal.token if principal else None, timeout=self.rpc_timeout_s, request_id=request[REQUEST_ID]
        )
        return self._bound(request, web.json_response({"authorization_url": started.authorization_url}), started)

    async def callback(self, request: web.Request) -> web.StreamResponse:
        """The tokens of a new session, or the new link."""
        await self.admission.admit(request, Auth.NONE, RateClass.AUTH)
        given = validation.single_values(request.query.items())
        if "error" in given or "code" not in given:
            raise malformed("gateway.sign_in.refused", "The provider sent no code: the login was refused or broken off.")
        if (binding := request.cookies.get(_COOKIE)) is None:
            raise malformed("gateway.sign_in.not_begun", "This browser has not begun this login: begin again.")
        told = {name: value for name, value in given.items() if name in ("code", "state", "iss")}  # providers add what they like
        command = validation.from_json(CompleteSignIn, told | dict(request.match_info) | {"binding": binding})
        client = self.admission.client(request)
        view = await self.rpc.call(command, timeout=self.rpc_timeout_s, request_id=request[REQUEST_ID], client=client)
        response = web.Response(body=view.model_dump_json(exclude_none=True).encode(), content_type="application/json")
        response.headers["Cache-Control"] = "no-store"
        response.del_cookie(_COOKIE, path=request.path)
        return response

    def _bound(self, request: web.Request, response: web.Response, started: SignInStartedView) -> web.Response:
        secure = client_scheme(request) == "https"
        path = CALLBACK.format_map(request.match_info)
        response.set_cookie(_COOKIE, started.binding, max_age=_LIFETIME_S, path=path, httponly=True, samesite="Lax", secure=secure)
        response.headers["Cache-Control"] = "no-store"
        return response
