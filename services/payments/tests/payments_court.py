"""The use cases about disputes, on a bank's memory."""

from __future__ import annotations

from payments_bank import Bank, person

from chassis.ids import new_id
from chassis.principal import Principal
from contracts.identity.roles import Role
from contracts.money import Money
from contracts.payments.commands import AnswerDispute, ConfirmDecision, DecideDispute, MediateDispute, OpenDispute, WithdrawDispute
from contracts.payments.dispute_views import DisputeView
from payments.usecases.add_dispute_evidence import AddDisputeEvidenceHandler
from payments.usecases.answer_dispute import AnswerDisputeHandler
from payments.usecases.confirm_decision import ConfirmDecisionHandler
from payments.usecases.decide_dispute import DecideDisputeHandler
from payments.usecases.mediate_dispute import MediateDisputeHandler
from payments.usecases.open_dispute import OpenDisputeHandler
from payments.usecases.withdraw_dispute import WithdrawDisputeHandler

LIMIT = 50_000


class Court:
    """Its moderator decides alone up to LIMIT."""

    def __init__(self, bank: Bank, limit: int = LIMIT) -> None:
        uow, now = bank.memory.unit_of_work, bank.clock.now
        self.bank, self.mediator, self.second = bank, person(Role.MODERATOR), person(Role.FINANCE)
        self.opening, self.answering = OpenDisputeHandler(uow, new_id, now), AnswerDisputeHandler(uow, now)
        self.evidence, self.mediating = AddDisputeEvidenceHandler(uow, now), MediateDisputeHandler(uow, now)
        self.deciding, self.confirming = DecideDisputeHandler(uow, limit, new_id, now), ConfirmDecisionHandler(uow, new_id, now)
        self.withdrawing = WithdrawDisputeHandler(uow, new_id, now)

    def open(self, amount: int | None = None, *, by: Principal | None = None, milestone: int | None = None) -> DisputeView:
        bank = self.bank
        milestone_id = None if milestone is None else bank.milestone_ids[milestone]
        price = None if amount is None else bank.price(amount)
        command = OpenDispute(escrow_id=bank.escrow.id, milestone_id=milestone_id, amount=price, reason="Not what was agreed.")
        return self.opening(command, by or bank.challenger)

    def answer(self, dispute: DisputeView, by: Principal | None = None) -> DisputeView:
        return self.answering(AnswerDispute(dispute_id=dispute.id, text="It is."), by or self.bank.solver)

    def mediate(self, dispute: DisputeView, by: Principal | None = None) -> DisputeView:
        return self.mediating(MediateDispute(dispute_id=dispute.id), by or self.mediator)

    def decide(
        self, dispute: DisputeView, to_payee: int, to_payer: int, *, by: Principal | None = None, currency: str | None = None
    ) -> DisputeView:
        payee, payer = (Money(amount_minor=amount, currency=currency or self.bank.currency) for amount in (to_payee, to_payer))
        command = DecideDispute(dispute_id=dispute.id, to_payee=payee, to_payer=payer, reason="Half of it was delivered.")
        return self.deciding(command, by or self.mediator)

    def confirm(self, dispute: DisputeView, by: Principal, *, approve: bool = True) -> DisputeView:
        return self.confirming(ConfirmDecision(dispute_id=dispute.id, approve=approve), by)

    def in_mediation(self, amount: int) -> DisputeView:
        return self.mediate(self.answer(self.open(amount)))

    def withdraw(self, dispute: DisputeView, by: Principal | None = None) -> DisputeView:
        return self.withdrawing(WithdrawDispute(dispute_id=dispute.id), by or self.bank.challenger)
