"""The dialogue with providers over HTTP: discovery, codes for tokens, ID tokens verified (OpenID Connect Core 1.0, RFC 9700)."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from identity.adapters.public_internet import is_public
from identity.domain.errors import ProviderAway, SignInRefused
from identity.domain.sign_in import Protocol, Provider, Vouched

_ALGORITHMS = ["RS256", "ES256", "PS256"]  # none and HMAC are no signatures of a provider (RFC 8725, 3.1)
_TIMEOUT_S = 5
_KEPT_S = 3600
_LOOPBACK = ("127.0.0.1", "localhost")
_LEEWAY_S = 60


class HttpSignIns:
    """The port SignIns. What providers publish is kept for an hour; an unknown key id asks for the keys again."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[float, Mapping[str, Any]]] = {}

    def authorization_url(self, provider: Provider, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        oidc = provider.protocol is Protocol.OIDC
        page = self._metadata(provider)["authorization_endpoint"] if oidc else f"{provider.issuer}/authorize"
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email profile" if oidc else "read:user user:email",
            "state": state,
            "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            **({"nonce": nonce} if oidc else {}),
        }
        return f"{page}?{urlencode(asked)}"

    def vouched(self, provider: Provider, code: str, nonce: str, verifier: str, redirect_uri: str) -> Vouched:
        oidc = provider.protocol is Protocol.OIDC
        endpoint = self._metadata(provider)["token_endpoint"] if oidc else f"{provider.issuer}/access_token"
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": provider.client_id,
            "client_secret": provider.client_secret,
            "code_verifier": verifier,
        }
        tokens = _asked("POST", endpoint, guarded=provider.guarded, data=form)
        return self._of_id_token(provider, tokens, nonce) if oidc else self._of_github(provider, tokens)

    def _of_id_token(self, provider: Provider, tokens: Mapping[str, Any], nonce: str) -> Vouched:
        try:
            claims = self._verified(provider, str(tokens["id_token"]), nonce)
            subject = str(claims["sub"])
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise SignInRefused from error
        email = claims.get("email")
        return Vouched(
            subject, str(email) if email else None, claims.get("email_verified") in (True, "true"), str(claims.get("name") or "")
        )

    def _verified(self, provider: Provider, id_token: str, nonce: str) -> Mapping[str, Any]:
        metadata = self._metadata(provider)
        try:
            claims = jwt.decode(id_token, self._keys(metadata, guarded=provider.guarded), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):  # the provider may have changed its key
            claims = jwt.decode(id_token, self._keys(metadata, again=True, guarded=provider.guarded), algorithms=_ALGORITHMS).claims
        JWTClaimsRegistry(
            leeway=_LEEWAY_S,
            iss={"essential": True, "value": provider.issuer},
            aud={"essential": True, "value": provider.client_id},
            sub={"essential": True},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        if claims.get("azp", provider.client_id) != provider.client_id:
            raise ValueError("issued to somebody else")
        return claims

    def _of_github(self, provider: Provider, tokens: Mapping[str, Any]) -> Vouched:
        if "access_token" not in tokens:
            raise SignInRefused
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        person = _asked("GET", f"{provider.api}/user", headers=headers)
        addresses = _asked("GET", f"{provider.api}/user/emails", headers=headers)
        try:
            primary = next((one for one in addresses if one["primary"]), None)
            email, verified = (str(primary["email"]), primary["verified"] is True) if primary else (None, False)
            return Vouched(str(person["id"]), email, verified, str(person.get("name") or person["login"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise SignInRefused from error

    def _metadata(self, provider: Provider) -> Mapping[str, Any]:
        found = self._published(f"{provider.issuer}/.well-known/openid-configuration", guarded=provider.guarded)
        if found.get("issuer") != provider.issuer:  # OpenID Connect Discovery 1.0, 4.3
            raise SignInRefused
        return found

    def _keys(self, metadata: Mapping[str, Any], *, again: bool = False, guarded: bool = False) -> KeySet:
        return KeySet.import_key_set(self._published(metadata["jwks_uri"], again=again, guarded=guarded))  # type: ignore[arg-type]

    def _published(self, url: str, *, again: bool = False, guarded: bool = False) -> Mapping[str, Any]:
        at, found = self._kept.get(url, (0.0, {}))
        if again or time.monotonic() - at >= _KEPT_S or not found:
            found = _asked("GET", url, guarded=guarded)
            self._kept[url] = (time.monotonic(), found)
        return found


def _asked(method: str, url: str, *, guarded: bool = False, **more: Any) -> Any:
    """The provider's answer. No redirects: an endpoint that moved is none that was vouched for."""
    if guarded and not is_public(url):
        raise SignInRefused
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise SignInRefused
    headers = {"Accept": "application/json", **more.pop("headers", {})}
    try:
        answer = requests.request(method, url, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False, **more)
        if answer.status_code >= 500:
            raise ProviderAway
        if answer.status_code != 200:
            raise SignInRefused
        return answer.json()
    except requests.exceptions.JSONDecodeError as error:
        raise SignInRefused from error
    except requests.RequestException as error:
        raise ProviderAway from error
