"""From where a session is used, told so that its owner knows it again and nobody can be found by it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_PROGRAMS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Origin:
    """`device` is a name such as "Firefox on Linux"; `address_range` a network (203.0.113.0/24), never an address."""

    device: str = "unknown"
    address_range: str = "unknown"

    @classmethod
    def of(cls, address: str, agent: str) -> Origin:
        return cls(_device(agent), _range(address))


UNKNOWN = Origin()


def _device(agent: str) -> str:
    program = next((name for mark, name in _PROGRAMS if f"{mark}/" in agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in agent), None)
    if program and system:
        return f"{program} on {system}"
    return program or re.split(r"[/ (]", agent, maxsplit=1)[0][:_LONGEST_NAME] or "unknown"


def _range(address: str) -> str:
    """The /24 or /48 around an address: what a provider gives to a neighbourhood."""
    try:
        network = ipaddress.ip_network(address, strict=False)
    except ValueError:
        return "unknown"
    return str(network.supernet(new_prefix=min(network.prefixlen, 24 if network.version == 4 else 48)))
