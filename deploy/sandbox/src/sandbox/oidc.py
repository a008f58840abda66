"""An OpenID Connect provider for one's own machine: a login page, PKCE, nonce, keys that rotate, refresh (OpenID Connect Core 1.0)."""

from __future__ import annotations

import base64
import hashlib
import html
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey

from sandbox.clock import Clock

CLIENT_ID, CLIENT_SECRET = "sandbox", "sandbox-secret"
_CODE_S, _TOKEN_S = 60, 300
_HIDDEN = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method")


@dataclass(frozen=True)
class _Login:
    """Somebody who showed who they are to this provider."""

    email: str
    name: str
    verified: bool
    asked: dict[str, str]
    at: float

    @property
    def subject(self) -> str:
        return hashlib.sha256(self.email.lower().encode()).hexdigest()[:32]


@dataclass
class OidcProvider:
    """State lives in memory: a login does not outlive the process."""

    base_url: str
    clock: Clock
    keys: list[ECKey] = field(default_factory=lambda: [_new_key()])
    codes: dict[str, _Login] = field(default_factory=dict)
    refresh_tokens: dict[str, _Login] = field(default_factory=dict)
    access_tokens: dict[str, _Login] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"{self.base_url}/oidc"

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/oidc/.well-known/openid-configuration", self.configuration),
            web.get("/oidc/jwks", self.jwks),
            web.get("/oidc/authorize", self.page),
            web.post("/oidc/authorize", self.authorize),
            web.post("/oidc/token", self.token),
            web.get("/oidc/userinfo", self.userinfo),
            web.get("/github/authorize", self.page),
            web.post("/github/authorize", self.authorize),
            web.post("/github/access_token", self.token),
            web.get("/github/user", self.github_user),
            web.get("/github/user/emails", self.github_emails),
            web.post("/_sandbox/oidc/rotate", self.rotate),
        ]

    async def configuration(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/userinfo",
                "jwks_uri": f"{self.issuer}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def jwks(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def page(self, request: web.Request) -> web.Response:
        """Who do you want to be? Refused at once where the request is not one this provider takes."""
        asked = dict(request.query)
        if complaint := _complaint(asked):
            return web.json_response({"error": "invalid_request", "error_description": complaint}, status=400)
        hidden = "".join(f'<input type="hidden" name="{name}" value="{html.escape(asked.get(name, ""))}">' for name in _HIDDEN)
        body = (
            "<!doctype html><title>Sandbox login</title><h1>Log in to the sandbox</h1><form method=post>"
            f'{hidden}<label>Email <input name=email type=email required></label> <label>Name <input name=name required value="Sam Sandbox">'
            "</label> <label><input type=checkbox name=verified value=yes checked> address verified</label> <button>Log in</button></form>"
        )
        return web.Response(text=body, content_type="text/html")

    async def authorize(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if complaint := _complaint(form):
            return web.json_response({"error": "invalid_request", "error_description": complaint}, status=400)
        code = secrets.token_urlsafe(24)
        self.codes[code] = _Login(form["email"], form.get("name", "Sam"), form.get("verified") == "yes", form, self.clock.time())
        answer = urlencode({"code": code, "state": form["state"], "iss": self.issuer})
        raise web.HTTPFound(f"{form['redirect_uri']}?{answer}")

    async def token(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        login = (
            self._by_code(form)
            if form.get("grant_type") == "authorization_code"
            else self.refresh_tokens.pop(form.get("refresh_token", ""), None)
        )
        if login is None:
            return web.json_response({"error": "invalid_grant"}, status=400)
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access_tokens[access], self.refresh_tokens[refresh] = login, login
        return web.json_response(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": _TOKEN_S,
                "refresh_token": refresh,
                "id_token": self._id_token(login),
            }
        )

    async def userinfo(self, request: web.Request) -> web.Response:
        login = self._bearer(request)
        return web.json_response({"sub": login.subject, "email": login.email, "email_verified": login.verified, "name": login.name})

    async def github_user(self, request: web.Request) -> web.Response:
        """As https://docs.github.com/rest/users/users, as far as a login needs it."""
        login = self._bearer(request)
        return web.json_response({"id": int(login.subject[:12], 16), "login": login.email.partition("@")[0], "name": login.name})

    async def github_emails(self, request: web.Request) -> web.Response:
        login = self._bearer(request)
        return web.json_response([{"email": login.email, "primary": True, "verified": login.verified}])

    async def rotate(self, request: web.Request) -> web.Response:
        """Sign with a new key; the one before stays published."""
        self.keys = [_new_key(), self.keys[0]]
        return web.Response(status=204)

    def _by_code(self, form: dict[str, str]) -> _Login | None:
        login = self.codes.pop(form.get("code", ""), None)
        if login is None or self.clock.time() >= login.at + _CODE_S or form.get("redirect_uri") != login.asked["redirect_uri"]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proven = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == login.asked["code_challenge"]
        return login if proven else None

    def _bearer(self, request: web.Request) -> _Login:
        login = self.access_tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        if login is None:
            raise web.HTTPUnauthorized
        return login

    def _id_token(self, login: _Login) -> str:
        now = int(self.clock.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": login.subject,
            "iat": now,
            "exp": now + _TOKEN_S,
            "auth_time": int(login.at),
            "nonce": login.asked.get("nonce", ""),
            "email": login.email,
            "email_verified": login.verified,
            "name": login.name,
        }
        return jwt.encode({"alg": "ES256", "kid": self.keys[0].kid, "typ": "JWT"}, claims, self.keys[0])


def _complaint(asked: dict[str, str]) -> str | None:
    """What is wrong with an authorization request; OAuth 2.1 asks for PKCE."""
    if asked.get("client_id") != CLIENT_ID:
        return "unknown client_id"
    if not asked.get("redirect_uri", "").startswith(("http://127.0.0.1", "http://localhost")):
        return "redirect_uri must be on this machine"
    if asked.get("response_type") != "code" or not asked.get("state"):
        return "response_type must be code, with a state"
    if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
        return "a code_challenge by S256 is required"
    return None


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": secrets.token_hex(8)}, private=True)
