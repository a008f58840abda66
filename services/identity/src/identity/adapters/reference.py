"""What identity knows from reference data: known passwords (bundled) and the time zones of the IANA database."""

from collections.abc import Container
from functools import cache
from importlib import resources
from zoneinfo import available_timezones

from identity.adapters.breached_passwords import is_breached


class KnownPasswords(Container[str]):
    """What attackers try first, in lower case: passwords and stems that everybody thinks of, and those that breaches have made public."""

    def __contains__(self, password: object) -> bool:
        return isinstance(password, str) and (password in common_passwords() or is_breached(password))


@cache
def common_passwords() -> frozenset[str]:
    """Passwords and stems in lower case; the file says where lines come from."""
    text = resources.files("identity.adapters").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


def is_time_zone(name: str) -> bool:
    """Whether the IANA database (the system's, or that of the package tzdata) knows the zone."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())
