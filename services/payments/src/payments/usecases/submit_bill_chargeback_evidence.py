"""Tell the payer's bank why the payment for a subscription stands."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.subscription_views import BillChargebackView
from contracts.payments.subscriptions import SubmitBillChargebackEvidence
from payments.usecases.chargeback_evidence import HandsInEvidence
from payments.usecases.subscriptions.views import bill_chargeback_view


@dataclass(frozen=True, slots=True)
class SubmitBillChargebackEvidenceHandler(HandsInEvidence):
    def __call__(self, command: SubmitBillChargebackEvidence, principal: Principal) -> BillChargebackView:
        """As for a chargeback of an escrow: what the bank decides is booked by the chargeback's saga, whenever it comes.

        Raises:
            FinanceOnly, ChargebackNotFound.
            ChargebackNotOpen: it is decided, or the bank is at it.
        """
        return self._hand_in(lambda work: work.bill_chargebacks, command.chargeback_id, command.evidence, principal, bill_chargeback_view)
