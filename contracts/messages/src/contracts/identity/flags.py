"""For whom a feature flag is on: the same rule wherever a flag is read."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from contracts.identity.roles import Role


class Feature(StrEnum):
    """What operators can switch off, or leave on for some: by the flag of this name. On for everybody until somebody sets it."""

    TIPS = "tips"
    SUBSCRIPTIONS = "subscriptions"
    SIGN_IN_ELSEWHERE = "sign_in_elsewhere"


FEATURES: Mapping[str, str] = {
    Feature.TIPS: "Whether people can give tips and bonuses on top of what was agreed.",
    Feature.SUBSCRIPTIONS: "Whether people can begin a subscription; those that go on are not touched.",
    Feature.SIGN_IN_ELSEWHERE: "Whether people can log in and link accounts with Google, GitHub and the like (organisations' own apart).",
}


@dataclass(frozen=True, slots=True)
class FlagRule:
    """On for the people named, for the roles named, and for `percentage` of all."""

    name: str
    enabled: bool
    percentage: int = 0
    roles: tuple[Role, ...] = ()
    user_ids: tuple[str, ...] = ()

    @classmethod
    def unset(cls, name: str) -> FlagRule:
        """What holds while nobody has set the flag: a feature there is for everybody, any other is for nobody."""
        return cls(name, enabled=name in FEATURES, percentage=100)

    def on_for(self, user_id: str | None, roles: Set[Role]) -> bool:
        """Whether it is on for this person; None is somebody who is not logged in."""
        if not self.enabled:
            return False
        if self.percentage == 100 or user_id in self.user_ids or roles & set(self.roles):
            return True
        return user_id is not None and self._bucket(user_id) < self.percentage

    def _bucket(self, user_id: str) -> int:
        """0 to 99: of each flag other people come first."""
        return int.from_bytes(hashlib.sha256(f"{self.name}/{user_id}".encode()).digest()[:8]) % 100
