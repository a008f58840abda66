"""Tell the payer's bank why a payment stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import SubmitChargebackEvidence
from contracts.payments.views import ChargebackView
from payments.domain.chargeback import OPEN
from payments.domain.errors import ChargebackNotFound, FinanceOnly
from payments.usecases.chargeback_evidence import hand_in
from payments.usecases.chargeback_ports import Disputes
from payments.usecases.list_chargebacks import chargeback_view
from payments.usecases.ports import Calls, UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class SubmitChargebackEvidenceHandler:
    unit_of_work: UnitsOfWork
    disputes: Disputes
    calls: Calls
    now: Callable[[], datetime]

    def __call__(self, command: SubmitChargebackEvidence, principal: Principal) -> ChargebackView:
        """The bank's decision is booked by the chargeback's saga, whenever it comes.

        Raises:
            FinanceOnly, ChargebackNotFound.
            ChargebackNotOpen: it is decided, or the bank is at it.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            known = work.chargebacks.get(command.chargeback_id)
        if known is None:
            raise ChargebackNotFound
        dispute = hand_in(self.disputes, known.id, known.status, command.evidence, key=self.calls.key())
        with self.unit_of_work() as work:
            chargeback = work.chargebacks.get(known.id) or known
            if dispute.status in OPEN and chargeback.status in OPEN:
                chargeback = work.chargebacks.save(chargeback.become(dispute.status, self.now()))
            return work.answer(chargeback_view(chargeback))
