"""The databases' users: each service on its own database alone, the relay on the outboxes and its leases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.database import Database
from pymongo.errors import OperationFailure

from chassis.access.broker import ADMINISTRATOR, SERVICES
from chassis.lease import COLLECTION as LEASES
from chassis.outbox import COLLECTION as OUTBOX

USERS = (*SERVICES, "relay")
_RELAY_ROLE = "outbox_relay"
_OUTBOX_ACTIONS = ["find", "update", "changeStream", "killCursors"]  # its own cursors: MongoDB before 4.2 and the embedded server ask
_LEASE_ACTIONS = ["find", "insert", "update", "killCursors"]
_EXISTS = {51002, 51003}  # MongoDB's error codes: the role, the user exists already

Admin = Database[dict[str, Any]]


def described(passwords: Mapping[str, str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Each role and user: its kind, its name, and what MongoDB's commands are told of it; a service's database has its name.

    With a password for it there is an administrator too.

    Raises:
        KeyError: a user has no password.
    """
    privileges = [
        {"resource": {"db": service, "collection": collection}, "actions": actions}
        for service in SERVICES
        for collection, actions in ((OUTBOX, _OUTBOX_ACTIONS), (LEASES, _LEASE_ACTIONS))
    ]
    roles = {service: {"role": "readWrite", "db": service} for service in SERVICES}
    roles["relay"] = {"role": _RELAY_ROLE, "db": "admin"}
    if ADMINISTRATOR in passwords:
        roles[ADMINISTRATOR] = {"role": "root", "db": "admin"}
    return [
        ("Role", _RELAY_ROLE, {"privileges": privileges, "roles": []}),
        *(("User", name, {"pwd": passwords[name], "roles": [role]}) for name, role in roles.items()),
    ]


def create_users(admin: Admin, passwords: Mapping[str, str]) -> None:
    """Create the users in the database `admin`, or bring their passwords and roles up to date.

    Raises:
        KeyError: a user has no password.
        pymongo.errors.PyMongoError: the database is away, or refuses.
    """
    for kind, name, told in described(passwords):
        try:
            admin.command(f"create{kind}", name, **told)
        except OperationFailure as error:
            if error.code not in _EXISTS:
                raise
            admin.command(f"update{kind}", name, **told)
