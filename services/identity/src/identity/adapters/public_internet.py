"""Addresses that customers name: asked only where they lead out of our own networks."""

from __future__ import annotations

import ipaddress
import socket
from urllib.parse import urlsplit


def is_public(url: str) -> bool:
    """Whether it is https and every address of its host is one of the public internet.

    The host is looked up again when it is asked: who answers differently in between is stopped by the network's own rules alone.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        return False
    return bool(found) and all(ipaddress.ip_address(str(place[4][0]).partition("%")[0]).is_global for place in found)
