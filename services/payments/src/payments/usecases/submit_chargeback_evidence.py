"""Tell the payer's bank why a payment stands."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.commands import SubmitChargebackEvidence
from contracts.payments.views import ChargebackView
from payments.usecases.chargeback_evidence import HandsInEvidence
from payments.usecases.list_chargebacks import chargeback_view


@dataclass(frozen=True, slots=True)
class SubmitChargebackEvidenceHandler(HandsInEvidence):
    def __call__(self, command: SubmitChargebackEvidence, principal: Principal) -> ChargebackView:
        """The bank's decision is booked by the chargeback's saga, whenever it comes.

        Raises:
            FinanceOnly, ChargebackNotFound.
            ChargebackNotOpen: it is decided, or the bank is at it.
        """
        return self._hand_in(lambda work: work.chargebacks, command.chargeback_id, command.evidence, principal, chargeback_view)
