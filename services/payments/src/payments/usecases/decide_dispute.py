"""Share out what was disputed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.payments.commands import DecideDispute
from contracts.payments.dispute_views import DisputeView
from payments.domain.currencies import check_payable, step_of
from payments.domain.dispute import Decision
from payments.domain.errors import CurrencyMismatch
from payments.usecases.awards import award
from payments.usecases.disputes import dispute_view, for_mediation
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class DecideDisputeHandler:
    unit_of_work: UnitsOfWork
    four_eyes_above: int
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: DecideDispute, principal: Principal) -> DisputeView:
        """Send each side its part at once; above `four_eyes_above` minor units only propose it to a second person.

        Raises:
            DisputeNotFound, NotAMediator, DisputeOver, WrongDisputeState, DecisionNotWhole, CurrencyMismatch,
            AmountNotPayable, EscrowFrozen.
        """
        with self.unit_of_work() as work:
            dispute, escrow = for_mediation(work, command.dispute_id, principal)
            if {command.to_payee.currency, command.to_payer.currency} != {dispute.currency}:
                raise CurrencyMismatch(dispute.currency)
            check_payable(command.to_payee.amount_minor, step_of(dispute.currency), "/to_payee/amount_minor")
            decision = Decision(command.to_payee.amount_minor, command.to_payer.amount_minor, command.reason, principal.user_id)
            four_eyes = dispute.amount > self.four_eyes_above
            dispute = work.disputes.save(dispute.decided(decision, self.now(), four_eyes=four_eyes))
            work.act("disputes.decision_proposed" if four_eyes else "disputes.decided", dispute.id, command.reason, principal)
            if not four_eyes:
                award(work, escrow, dispute, self.new_id, self.now())
            return work.answer(dispute_view(dispute, escrow))
