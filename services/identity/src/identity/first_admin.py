"""`python -m identity.first_admin ada@example.org`: the operator's way to the first admin, with the settings of the service."""

from __future__ import annotations

import sys

from pydantic import ValidationError

from chassis.clock import open_clock
from chassis.ids import new_id
from chassis.mongo import Store
from chassis.settings import complaint
from chassis.wiring import Resources
from contracts.errors import DomainError
from identity.settings import Settings
from identity.wiring_administration import build_administration


def main(arguments: list[str]) -> int:
    """The exit status; what went wrong goes to standard error."""
    if len(arguments) != 1:
        return _refuse("usage: python -m identity.first_admin <email address>")
    try:
        settings = Settings()
    except ValidationError as error:
        return _refuse(complaint(error, Settings))
    clock = open_clock(settings.clock_url)
    store = Store.open(settings, clock, new_id)
    try:
        user_id = build_administration(Resources(settings, store, clock, new_id)).appoint_first_admin(arguments[0])
    except DomainError as refusal:
        return _refuse(str(refusal))
    finally:
        store.close()
    print(f"{user_id} is an admin from the next login or refresh on.")  # noqa: T201 - for the operator
    return 0


def _refuse(why: str) -> int:
    print(why, file=sys.stderr)  # noqa: T201 - for the operator
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
