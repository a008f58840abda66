"""The domain name system, asked over HTTPS in JSON (as Cloudflare and Google answer it), so that the sandbox can stand for it."""

from __future__ import annotations

from typing import Any

import requests

from identity.domain.organisation_errors import ResolverAway

_TIMEOUT_S = 5
_TEXT = 16  # the number of the type TXT (RFC 1035, 3.2.2)


class DnsRecords:
    """The port DomainRecords."""

    def __init__(self, url: str) -> None:
        self._url = url

    def texts(self, name: str) -> tuple[str, ...]:
        answer = self._asked(name)
        match answer.get("Status"):
            case 0:  # no error
                return tuple(_text(str(record["data"])) for record in answer.get("Answer", ()) if record.get("type") == _TEXT)
            case 3:  # no such name
                return ()
        raise ResolverAway

    def _asked(self, name: str) -> dict[str, Any]:
        headers = {"Accept": "application/dns-json"}
        try:
            answer = requests.get(self._url, params={"name": name, "type": "TXT"}, headers=headers, timeout=_TIMEOUT_S)
            answer.raise_for_status()
            read = answer.json()
        except requests.RequestException as error:
            raise ResolverAway from error
        if not isinstance(read, dict):
            raise ResolverAway
        return read


def _text(data: str) -> str:
    """A record is made of strings of at most 255 bytes, each in quotes: they are one text (RFC 7208, 3.3)."""
    return "".join(data.split('"')[1::2]) if '"' in data else data
