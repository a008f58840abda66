"""Keep our copy of who administers which organisation."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contracts.identity.events import MemberAdded, MemberRemoved, MemberRoleChanged
from payments.domain.subscriptions.membership import Membership
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class KeepMembershipHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, event: MemberAdded | MemberRoleChanged | MemberRemoved, sequence: int) -> None:
        """`sequence` is the event's among those of the organisation: what is older than what is known changes nothing."""
        role = None if isinstance(event, MemberRemoved) else event.role
        with self.unit_of_work() as work:
            known = work.memberships.get(event.organisation_id, event.user_id)
            if known is None:
                work.memberships.put(Membership(event.organisation_id, event.user_id, role, sequence))
            elif sequence > known.sequence:
                work.memberships.put(replace(known, role=role, sequence=sequence))
