"""The roles a person may hold."""

from enum import StrEnum


class Role(StrEnum):
    CHALLENGER = "challenger"
    SOLVER = "solver"
    EXPERT = "expert"
    SUPPORT = "support"
    MODERATOR = "moderator"
    FINANCE = "finance"
    ADMIN = "admin"


# The roles a person may take at registration; the others are granted by an admin.
SELF_ASSIGNED = frozenset({Role.CHALLENGER, Role.SOLVER, Role.EXPERT})
STAFF = frozenset(Role) - SELF_ASSIGNED
