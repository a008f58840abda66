"""How the payer's bank is told why a payment stands, whatever was paid for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from chassis.crash_points import declare, reached
from chassis.principal import Principal
from contracts.base import View
from payments.domain.chargeback import OPEN, Chargeback
from payments.domain.errors import ChargebackNotFound, ChargebackNotOpen, FinanceOnly
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.usecases.chargeback_ports import Disputes
from payments.usecases.ports import Calls, ProviderRefused, UnitOfWork, UnitsOfWork
from payments.usecases.views import is_finance

C = TypeVar("C", Chargeback, BillChargeback)
V = TypeVar("V", bound=View)

declare({"chargeback.evidence_submitted": "Stripe has the evidence, what became of the dispute is not recorded"})


class Kept(Protocol[C]):
    """Where the chargebacks of one kind are."""

    def get(self, chargeback_id: str) -> C | None: ...

    def save(self, chargeback: C) -> C: ...


@dataclass(frozen=True, slots=True)
class HandsInEvidence:
    """What the use cases share that tell a bank about a payment of one kind."""

    unit_of_work: UnitsOfWork
    disputes: Disputes
    calls: Calls
    now: Callable[[], datetime]

    def _hand_in(
        self,
        kept_in: Callable[[UnitOfWork], Kept[C]],
        chargeback_id: str,
        evidence: str,
        principal: Principal,
        view: Callable[[C], V],
    ) -> V:
        """Once: the processor takes it under one key, and refuses more. What the bank decides is booked by the chargeback's saga.

        Raises:
            FinanceOnly, ChargebackNotFound.
            ChargebackNotOpen: it is decided, or the bank is at it.
            ProviderUnavailable.
        """
        if not is_finance(principal):
            raise FinanceOnly
        with self.unit_of_work() as work:
            known = kept_in(work).get(chargeback_id)
        if known is None:
            raise ChargebackNotFound
        if known.status not in OPEN:
            raise ChargebackNotOpen
        try:
            dispute = self.disputes.submit_evidence(known.id, evidence, key=f"evidence:{self.calls.key()}")
        except ProviderRefused as refusal:
            raise ChargebackNotOpen from refusal
        reached("chargeback.evidence_submitted")
        with self.unit_of_work() as work:
            chargeback = kept_in(work).get(known.id) or known
            if dispute.status in OPEN and chargeback.status in OPEN:
                chargeback = kept_in(work).save(chargeback.become(dispute.status, self.now()))
            work.act("chargebacks.answered", chargeback.id, None, principal)
            return work.answer(view(chargeback))
