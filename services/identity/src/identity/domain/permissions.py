"""What the roles of the staff may do in identity."""

from __future__ import annotations

from collections.abc import Mapping, Set
from enum import Enum, auto

from contracts.identity.roles import STAFF, Role
from identity.domain.administration_errors import NotPermitted, OnOneself, StaffProtected


class Permission(Enum):
    SEE_ACCOUNTS = auto()
    SUSPEND = auto()
    BAN = auto()
    CHANGE_ROLES = auto()
    SEE_AUDIT = auto()
    CONFIGURE = auto()
    SET_SUPPORT_TIER = auto()

    def require(self, roles: Set[Role]) -> None:
        """Raises:
        NotPermitted: none of the roles holds it.
        """
        if not _HOLDERS[self] & roles:
            raise NotPermitted


_HOLDERS: Mapping[Permission, Set[Role]] = {
    Permission.SEE_ACCOUNTS: STAFF,
    Permission.SUSPEND: frozenset({Role.MODERATOR, Role.ADMIN}),
    Permission.BAN: frozenset({Role.ADMIN}),
    Permission.CHANGE_ROLES: frozenset({Role.ADMIN}),
    Permission.SEE_AUDIT: frozenset({Role.ADMIN}),
    Permission.CONFIGURE: frozenset({Role.ADMIN}),
    Permission.SET_SUPPORT_TIER: frozenset({Role.ADMIN}),
}


def require_power_over(actor_id: str, actor_roles: Set[Role], person_id: str, person_roles: Set[Role]) -> None:
    """Nobody acts on themselves (so the last admin stays one), and on the staff act admins alone.

    Raises:
        OnOneself, StaffProtected.
    """
    if actor_id == person_id:
        raise OnOneself
    if STAFF & person_roles and Role.ADMIN not in actor_roles:
        raise StaffProtected
