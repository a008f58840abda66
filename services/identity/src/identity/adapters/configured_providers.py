"""Providers that the operator configured for everybody."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Self

from identity.domain.sign_in import Protocol, Provider

_KNOWN = {
    "google": ("https://accounts.google.com", Protocol.OIDC, ""),
    "linkedin": ("https://www.linkedin.com/oauth", Protocol.OIDC, ""),
    "github": ("https://github.com/login/oauth", Protocol.GITHUB, "https://api.github.com"),
}


class ConfiguredProviders:
    """The port Providers, from IDENTITY_PROVIDERS: `{"google": {"client_id": "…", "client_secret": "…"}}`; others need an `issuer`."""

    def __init__(self, configured: Mapping[str, Mapping[str, str]]) -> None:
        """Raises:
        ValueError: a provider lacks its client or its issuer.
        """
        self._providers = {name: _provider(name, told) for name, told in configured.items()}

    @classmethod
    def read(cls, text: str) -> Self:
        """From JSON.

        Raises:
            ValueError: it is none, or a provider lacks something.
        """
        try:
            return cls(json.loads(text))
        except (json.JSONDecodeError, AttributeError) as error:
            raise ValueError("IDENTITY_PROVIDERS is not a JSON object of objects") from error

    def get(self, name: str) -> Provider | None:
        return self._providers.get(name)


def _provider(name: str, told: Mapping[str, str]) -> Provider:
    issuer, protocol, api = _KNOWN.get(name, ("", Protocol.OIDC, ""))
    issuer = told.get("issuer", issuer)
    if not issuer or not told.get("client_id") or not told.get("client_secret"):
        raise ValueError(f"IDENTITY_PROVIDERS: {name} needs client_id, client_secret and, unless it is well known, issuer")
    return Provider(name, protocol, issuer, told["client_id"], told["client_secret"], told.get("api", api))
