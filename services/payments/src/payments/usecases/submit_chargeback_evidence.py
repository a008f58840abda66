"""Tell the payer's bank why a payment stands."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.commands import SubmitChargebackEvidence
from contracts.payments.views import ChargebackView
from payments.domain.chargeback import Chargeback
from payments.usecases.chargeback_evidence import HandsInEvidence
from payments.usecases.list_chargebacks import chargeback_view
from payments.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class SubmitChargebackEvidenceHandler(HandsInEvidence):
    def __call__(self, command: SubmitChargebackEvidence, principal: Principal) -> ChargebackView:
        """The bank's decision is booked by the chargeback's saga, whenever it comes.

        Raises:
            FinanceOnly, ChargebackNotFound.
            ChargebackNotOpen: it is decided, or the bank is at it.
        """

        def answered(work: UnitOfWork, chargeback: Chargeback) -> ChargebackView:
            return work.answer(chargeback_view(chargeback))

        return self._hand_in(lambda work: work.chargebacks, command.chargeback_id, command.evidence, principal, answered)
