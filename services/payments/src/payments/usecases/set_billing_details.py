"""Change what one's documents say of oneself from now on."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.document_views import BillingDetailsView
from contracts.payments.documents import SetBillingDetails
from payments.domain.documents.document import Party
from payments.domain.documents.errors import OrganisationNotYours
from payments.domain.documents.people import BillingDetails
from payments.usecases.branding import member_of
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class SetBillingDetailsHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, command: SetBillingDetails, principal: Principal) -> BillingDetailsView:
        """The caller's own, all of them at once.

        Raises:
            OrganisationNotYours.
        """
        party = Party(command.name, command.address, command.country, command.tax_id)
        with self.unit_of_work() as work:
            if command.organisation_id is not None and not member_of(work, command.organisation_id, principal.user_id):
                raise OrganisationNotYours
            details = work.billing.get(principal.user_id).changed(party, command.organisation_id)
            work.billing.save(details)
            return work.answer(billing_view(details))


def billing_view(details: BillingDetails) -> BillingDetailsView:
    party = details.party
    if party is None:
        return BillingDetailsView(name=None, address=(), country=None, tax_id=None)
    return BillingDetailsView(
        name=party.name,
        address=party.address,
        country=party.country,
        tax_id=party.tax_id,
        organisation_id=details.organisation_id,
    )
