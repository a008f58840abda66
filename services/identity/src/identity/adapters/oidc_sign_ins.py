"""The dialogue with providers over HTTP: discovery, codes for tokens, ID tokens verified (OpenID Connect Core 1.0, RFC 9700)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from cachetools import TTLCache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from pydantic import TypeAdapter, ValidationError

from contracts.identity.commands import Email
from identity.adapters.provider_http import Answer, ProviderHttp
from identity.domain.errors import SignInRefused
from identity.domain.sign_in import Protocol, Provider, Vouched

_ALGORITHMS = ["RS256", "ES256", "PS256"]  # none and HMAC are no signatures of a provider (RFC 8725, 3.1)
_KEPT_S = 3600
_KEPT_BYTES = 4 * 1024 * 1024  # of what all providers publish: some thousand of the usual size
_LEEWAY_S = 60
_ADDRESS = TypeAdapter[str](Email)
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class HttpSignIns:
    """The port SignIns. What providers publish is kept for an hour; an unknown key id asks for the keys again."""

    def __init__(self, http: ProviderHttp) -> None:
        self._http = http
        self._kept: TTLCache[str, Answer] = TTLCache(_KEPT_BYTES, _KEPT_S, getsizeof=lambda answer: answer.size)

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
        tokens = self._http.ask(provider, "POST", endpoint, data=form).told
        return self._of_id_token(provider, tokens, nonce) if oidc else self._of_github(provider, tokens)

    def _of_id_token(self, provider: Provider, tokens: Mapping[str, Any], nonce: str) -> Vouched:
        try:
            claims = self._verified(provider, str(tokens["id_token"]), nonce)
            subject = str(claims["sub"])
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise SignInRefused from error
        email = _address(claims.get("email"))
        return Vouched(subject, email, email is not None and claims.get("email_verified") in (True, "true"), str(claims.get("name") or ""))

    def _verified(self, provider: Provider, id_token: str, nonce: str) -> Mapping[str, Any]:
        metadata = self._metadata(provider)
        try:
            claims = jwt.decode(id_token, self._keys(provider, metadata), algorithms=_ALGORITHMS).claims
        except (JoseError, ValueError):  # the provider may have changed its key
            claims = jwt.decode(id_token, self._keys(provider, metadata, again=True), algorithms=_ALGORITHMS).claims
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
        person = self._http.ask(provider, "GET", f"{provider.api}/user", headers=headers).told
        addresses = self._http.ask(provider, "GET", f"{provider.api}/user/emails", headers=headers).told
        try:
            primary = next((one for one in addresses if one["primary"]), None)
            email = _address(primary["email"]) if primary else None
            verified = primary is not None and email is not None and primary["verified"] is True
            return Vouched(str(person["id"]), email, verified, str(person.get("name") or person["login"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise SignInRefused from error

    def _metadata(self, provider: Provider) -> Mapping[str, Any]:
        found = self._published(provider, f"{provider.issuer}/.well-known/openid-configuration")
        if found.get("issuer") != provider.issuer:  # OpenID Connect Discovery 1.0, 4.3
            raise SignInRefused
        if not all(isinstance(found.get(name), str) for name in _ENDPOINTS):
            raise SignInRefused
        return found

    def _keys(self, provider: Provider, metadata: Mapping[str, Any], *, again: bool = False) -> KeySet:
        return KeySet.import_key_set(self._published(provider, metadata["jwks_uri"], again=again))  # type: ignore[arg-type]

    def _published(self, provider: Provider, url: str, *, again: bool = False) -> Mapping[str, Any]:
        answer = None if again else self._kept.get(url)
        if answer is None:
            answer = self._http.ask(provider, "GET", url)
            if not isinstance(answer.told, dict):
                raise SignInRefused
            if answer.told:
                self._kept[url] = answer
        told: Mapping[str, Any] = answer.told
        return told


def _address(told: object) -> str | None:
    """As everybody else's is stored: a provider may write one address in another way. None where it is none that could be stored."""
    try:
        return _ADDRESS.validate_python(told)
    except ValidationError:
        return None
