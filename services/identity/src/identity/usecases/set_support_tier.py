"""Say how fast an organisation is helped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.events import SupportTierChanged
from contracts.identity.organisation_views import OrganisationView
from contracts.identity.organisations import SetSupportTier
from identity.domain.audit import AuditEntry
from identity.domain.organisation_errors import OrganisationNotFound
from identity.domain.permissions import Permission
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import organisation_view


@dataclass(frozen=True, slots=True)
class SetSupportTierHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: SetSupportTier, principal: Principal) -> OrganisationView:
        """Raises:
        NotPermitted, StepUpRequired, OrganisationNotFound.
        """
        at = self.now()
        Permission.SET_SUPPORT_TIER.require(principal.roles)
        principal.require_fresh(at)
        with self.unit_of_work() as work:
            before = work.organisations.get(command.organisation_id)
            if before is None:
                raise OrganisationNotFound
            after = before.with_tier(command.tier)
            work.organisations.save(after)
            work.emit(SupportTierChanged(organisation_id=after.id, support_tier=after.support_tier))
            details = {"before": before.support_tier.value, "after": after.support_tier.value}
            entry_id, action = self.new_id("action"), "organisations.tier_set"
            work.audit.append(AuditEntry(entry_id, "identity", principal.user_id, action, after.id, command.reason, at, details))
            return work.answer(organisation_view(after, None))
