"""A payments service on fakes, with a challenger and a solver, and the checks that must hold whatever happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from payments_fake_stripe import FakeStripe
from payments_fakes import CrashPoints, FakeCalls, FakePatience, FakeWebhooks, Memory

from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.mongo import LostRace
from chassis.principal import Principal
from contracts.base import Event
from contracts.challenges.events import ApplicationAccepted, ChallengeCancelled, ChangesRequested, SubmissionApproved, WorkSubmitted
from contracts.challenges.terms import CancelReason, ChallengeStatus, MilestoneStatus, MilestoneView
from contracts.identity.roles import Role
from contracts.money import Price
from contracts.payments.commands import (
    FreezeEscrow,
    FundEscrow,
    PayExtra,
    ReceiveStripeWebhook,
    RefundEscrow,
    ReleaseEscrow,
    RequestPayout,
    TakeBackRelease,
    UnfreezeEscrow,
)
from contracts.payments.coupon_commands import CreateCoupon, GrantCredit
from contracts.payments.coupon_views import CouponView, CreditView
from contracts.payments.queries import GetBalance
from contracts.payments.views import CurrencyBalanceView, EscrowView, MilestoneKind, PayoutView
from payments.domain.escrow import Escrow
from payments.domain.ledger import AccountKind, balances_of, verify_chain
from payments.domain.payout_rules import PayoutRules
from payments.domain.reconciliation import Line, joined, line_of, without_returned
from payments.domain.saga import Saga
from payments.usecases.check_conservation import breach_of
from payments.usecases.close_cancelled_escrow import CloseCancelledEscrowHandler
from payments.usecases.create_coupon import CreateCouponHandler
from payments.usecases.freeze_escrow import FreezeEscrowHandler
from payments.usecases.fund_escrow import FundEscrowHandler
from payments.usecases.get_balance import GetBalanceHandler
from payments.usecases.grant_credit import GrantCreditHandler
from payments.usecases.note_changes_requested import NoteChangesRequestedHandler
from payments.usecases.note_delivery import NoteDeliveryHandler
from payments.usecases.open_escrow import OpenEscrowHandler
from payments.usecases.pay_extra import PayExtraHandler
from payments.usecases.ports import MovementStatus, PaymentProvider, Webhooks
from payments.usecases.receive_stripe_webhook import ReceiveStripeWebhookHandler
from payments.usecases.refund_escrow import RefundEscrowHandler
from payments.usecases.release_approved_milestone import ReleaseApprovedMilestoneHandler
from payments.usecases.release_by_silence import ReleaseBySilenceHandler
from payments.usecases.release_escrow import ReleaseEscrowHandler
from payments.usecases.request_payout import RequestPayoutHandler
from payments.usecases.resume_sagas import ResumeSagasHandler
from payments.usecases.resume_waiting_sagas import ResumeWaitingSagasHandler
from payments.usecases.sagas.runner import saga_runner
from payments.usecases.take_back_release import TakeBackReleaseHandler
from payments.usecases.unfreeze_escrow import UnfreezeEscrowHandler

START = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
VISA = "pm_card_visa"
T = TypeVar("T")
E = TypeVar("E", bound=Event)


def person(role: Role, *, email_verified: bool = True) -> Principal:
    return Principal(new_id("user"), new_id("session"), frozenset({role}), email_verified, token="")


def rerun(work: Callable[[], T]) -> T:
    """As the chassis does: a use case that lost a race runs again."""
    for _ in range(20):
        try:
            return work()
        except LostRace:
            continue
    return work()


class Bank:
    """`provider` and `webhooks` stand for the processor where it is not the fake in `stripe`."""

    def __init__(
        self,
        amounts: tuple[int, ...] = (60_000, 40_000),
        *,
        currency: str = "EUR",
        fee_basis_points: int = 1000,
        start: datetime = START,
        provider: PaymentProvider | None = None,
        webhooks: Webhooks | None = None,
        memory: Memory | None = None,
    ) -> None:
        self.crashes = CrashPoints()
        self.memory, self.stripe = memory or Memory(crashes=self.crashes), FakeStripe(self.crashes)
        provider, webhooks = provider or self.stripe, webhooks or FakeWebhooks()
        self.clock, self.calls, self.patience = FixedClock(start), FakeCalls(), FakePatience()
        self.currency, self.counted, self.heard, self.tips_open = currency, 0, 0, True
        self.challenger, self.solver, self.finance = person(Role.CHALLENGER), person(Role.SOLVER), person(Role.FINANCE)
        self.challenge_id = new_id("challenge")
        self.milestone_ids = tuple(new_id("milestone") for _ in amounts)
        self.amounts = amounts
        uow, now = self.memory.unit_of_work, self.clock.now
        self.runner = saga_runner(uow, provider, new_id, now)
        self.fund_handler = FundEscrowHandler(uow, self.runner, self.calls, self.patience, fee_basis_points, new_id, now)
        self.release_handler = ReleaseEscrowHandler(uow, self.runner, self.calls, new_id, now)
        self.refund_handler = RefundEscrowHandler(uow, self.runner, self.calls, new_id, now)
        self.take_back_handler = TakeBackReleaseHandler(uow, self.runner, self.calls, new_id, now)
        self.payout_handler = RequestPayoutHandler(uow, self.runner, self.calls, provider, PayoutRules(1, 10_000), new_id, now)
        self.webhook_handler = ReceiveStripeWebhookHandler(uow, webhooks, provider, self.runner, self.calls, now)
        self.extra_handler = PayExtraHandler(
            uow, self.runner, self.calls, self.patience, fee_basis_points, lambda _: self.tips_open, new_id, now
        )
        self.silence_handler = ReleaseBySilenceHandler(uow, rerun, new_id, now)
        self.open_handler = OpenEscrowHandler(uow, fee_basis_points, new_id, now)
        self.deliver_handler = NoteDeliveryHandler(uow, now)
        self.changes_handler = NoteChangesRequestedHandler(uow)
        self.approve_handler = ReleaseApprovedMilestoneHandler(uow, new_id, now)
        self.cancel_handler = CloseCancelledEscrowHandler(uow, new_id, now)
        self.resume_handler = ResumeSagasHandler(uow, self.runner, rerun, new_id, now)
        self.waiting_handler = ResumeWaitingSagasHandler(uow, self.resume_handler, now)
        self.freeze_handler, self.unfreeze_handler = FreezeEscrowHandler(uow), UnfreezeEscrowHandler(uow, new_id, now)

    # what people do

    def coupon(self, code: str = "WELCOME", **terms: Any) -> CouponView:
        """Of 5000 minor units, unless told otherwise."""
        what = {} if "basis_points" in terms else {"amount": self.price(5_000)}
        command = CreateCoupon(code=code, currency=self.currency, **(what | terms))
        return self.call(lambda: CreateCouponHandler(self.memory.unit_of_work, self.clock.now)(command, self.finance), None)

    def grant(self, amount: int, *, key: str | None = None) -> CreditView:
        command = GrantCredit(user_id=self.challenger.user_id, amount=self.price(amount), reason="A friend came.")
        return self.call(lambda: GrantCreditHandler(self.memory.unit_of_work, self.calls, self.clock.now)(command, self.finance), key)

    def accept(self) -> None:
        self.open_handler(
            ApplicationAccepted(
                challenge_id=self.challenge_id,
                challenge_title="A challenge",
                challenger_id=self.challenger.user_id,
                application_id=new_id("application"),
                solver_id=self.solver.user_id,
                milestones=tuple(
                    MilestoneView(id=id, title=f"Step {number}", amount=self.price(amount), status=MilestoneStatus.AGREED)
                    for number, (id, amount) in enumerate(zip(self.milestone_ids, self.amounts, strict=True), start=1)
                ),
            )
        )

    def fund(
        self,
        milestone: int | None = None,
        *,
        method: str = VISA,
        key: str | None = None,
        by: Principal | None = None,
        coupon: str | None = None,
        credit: bool = False,
    ) -> EscrowView:
        milestone_id = None if milestone is None else self.milestone_ids[milestone]
        command = FundEscrow(
            challenge_id=self.challenge_id, payment_method=method, milestone_id=milestone_id, coupon_code=coupon, use_credit=credit
        )
        return self.call(lambda: self.fund_handler(command, by or self.challenger), key)

    def release(
        self, milestone: int | None = None, *, amount: int | None = None, key: str | None = None, by: Principal | None = None
    ) -> EscrowView:
        command = ReleaseEscrow(escrow_id=self.escrow.id, milestone_id=self._id(milestone), amount=self._price(amount))
        return self.call(lambda: self.release_handler(command, by or self.challenger), key)

    def refund(
        self, milestone: int | None = None, *, amount: int | None = None, key: str | None = None, by: Principal | None = None
    ) -> EscrowView:
        command = RefundEscrow(
            escrow_id=self.escrow.id, milestone_id=self._id(milestone), amount=self._price(amount), reason="It did not work out."
        )
        return self.call(lambda: self.refund_handler(command, by or self.solver), key)

    def take_back(self, milestone: int, amount: int | None = None, *, key: str | None = None, by: Principal | None = None) -> EscrowView:
        command = TakeBackRelease(
            escrow_id=self.escrow.id, milestone_id=self.milestone_ids[milestone], amount=self._price(amount), reason="The work was copied."
        )
        return self.call(lambda: self.take_back_handler(command, by or self.finance), key)

    def thank(self, amount: int, kind: MilestoneKind = MilestoneKind.TIP, *, method: str = VISA, key: str | None = None) -> EscrowView:
        command = PayExtra(escrow_id=self.escrow.id, amount=self.price(amount), payment_method=method, kind=kind)
        return self.call(lambda: self.extra_handler(command, self.challenger), key)

    def pay_out(self, amount: int, *, key: str | None = None, by: Principal | None = None) -> PayoutView:
        return self.call(lambda: self.payout_handler(RequestPayout(amount=self.price(amount)), by or self.solver), key)

    def freeze(self) -> EscrowView:
        command = FreezeEscrow(escrow_id=self.escrow.id, reason="Finance looks into it.")
        return self.call(lambda: self.freeze_handler(command, self.finance), None)

    def unfreeze(self, *, despite: bool = False) -> EscrowView:
        command = UnfreezeEscrow(escrow_id=self.escrow.id, reason="All is well.", despite_chargebacks=despite)
        return self.call(lambda: self.unfreeze_handler(command, self.finance), None)

    def deliver(self, milestone: int, sequence: int | None = None) -> None:
        """`sequence` is the fact's place among those of the challenge; the next one, unless told otherwise."""
        heard = self._hear(sequence)
        rerun(lambda: self.deliver_handler(WorkSubmitted(**self._work(milestone), attempt=1), heard))

    def request_changes(self, milestone: int, sequence: int | None = None) -> None:
        heard = self._hear(sequence)
        rerun(lambda: self.changes_handler(ChangesRequested(**self._work(milestone), feedback="Bigger."), heard))

    def _hear(self, sequence: int | None) -> int:
        self.heard = max(self.heard, sequence or self.heard + 1)
        return sequence or self.heard

    def approve(self, milestone: int) -> None:
        rerun(lambda: self.approve_handler(SubmissionApproved(**self._work(milestone))))

    def cancel(self, *, engaged: bool = True) -> None:
        event = ChallengeCancelled(
            challenge_id=self.challenge_id,
            challenge_title="A challenge",
            challenger_id=self.challenger.user_id,
            reason=CancelReason.OTHER,
            solver_id=self.solver.user_id if engaged else None,
            previous_status=ChallengeStatus.IN_PROGRESS if engaged else ChallengeStatus.OPEN,
        )
        rerun(lambda: self.cancel_handler(event))

    def webhook(self, event_id: str, saga_id: str = "", *, event_type: str = "payment_intent.succeeded", signature: str = "good") -> None:
        command = ReceiveStripeWebhook(payload=f"{event_id},{event_type},{saga_id}", signature=signature)
        self.call(lambda: self.webhook_handler(command), None)

    def call(self, work: Callable[[], T], key: str | None) -> T:
        """One RPC call: it has a driver of its own, and without a key, one of its own too."""
        outer = replace(self.calls)
        self.counted += 1
        self.calls.run = self.counted
        self.calls.call_key = key or self.calls.driver()
        try:
            return rerun(work)
        finally:
            self.calls.run, self.calls.call_key = outer.run, outer.call_key

    # time

    def resume(self, after: timedelta = timedelta(0)) -> None:
        self.clock.advance(after)
        self.resume_handler()
        self.waiting_handler()

    def settle(self) -> None:
        """Let the timer run until nothing is under way."""
        for _ in range(100):
            if not self.running:
                return
            self.resume(timedelta(seconds=31))
        raise AssertionError(f"undecided: {self.running}")

    # what is to be seen

    @property
    def escrow(self) -> Escrow:
        (escrow,) = self.memory.table("escrows").values()
        assert isinstance(escrow, Escrow)
        return escrow

    @property
    def sagas(self) -> list[Saga]:
        return list(self.memory.table("sagas").values())

    @property
    def running(self) -> list[Saga]:
        return [saga for saga in self.sagas if saga.running]

    def events(self, kind: type[E]) -> list[E]:
        return [event for event in self.memory.events if isinstance(event, kind)]

    def told(self) -> Counter[str]:
        """How often each kind of event was published."""
        return Counter(type(event).__name__ for event in self.memory.events)

    def balance(self) -> CurrencyBalanceView:
        (balance,) = GetBalanceHandler(self.memory.unit_of_work)(GetBalance(), self.solver).balances
        return balance

    def sums(self) -> tuple[int, int, int, int, int]:
        """funded, held, released, refunded, fees"""
        escrow = self.escrow
        return escrow.funded, escrow.held, escrow.released, escrow.refunded, escrow.fees

    def in_ledger(self, kind: AccountKind) -> int:
        return sum(row.amount for row in self.memory.table("balances").values() if row.account.kind is kind)

    def price(self, amount: int) -> Price:
        return Price(amount_minor=amount, currency=self.currency)

    def check(self) -> None:
        """Not a cent is lost or made: ledger, escrow and Stripe agree, and the books verify."""
        self.check_books(self.stripe.lines())
        paid = (row["amount"] for row in self.stripe.payouts.values() if row["status"] is MovementStatus.SUCCEEDED)
        assert sum(paid) == self.in_ledger(AccountKind.BANK)

    def check_books(self, lines: Iterable[Line]) -> None:
        """As `check`, against these balance transactions of the processor's: each has its journal, to the cent, and the other way round."""
        journals = list(self.memory.table("journals").values())
        stored = {row.account: row.amount for row in self.memory.table("balances").values() if row.amount}
        assert stored == dict(balances_of(journals))
        for currency in {account.currency for account in stored}:
            assert sum(amount for account, amount in stored.items() if account.currency == currency) == 0
        for book_id in self.memory.table("books"):
            verify_chain(sorted((row for row in journals if row.book == book_id), key=lambda row: row.number))
        with self.memory.unit_of_work() as work:
            assert breach_of(work, self.escrow) is None
        ours = joined(line for row in journals if (line := line_of(row)) is not None)
        theirs = without_returned(joined(lines), ours)
        told, booked = ({place: line.amount for place, line in lines.items()} for lines in (ours, theirs))
        assert told == booked, f"only in the ledger: {told.items() - booked.items()}, only at Stripe: {booked.items() - told.items()}"

    def _id(self, milestone: int | None) -> str | None:
        return None if milestone is None else self.milestone_ids[milestone]

    def _price(self, amount: int | None) -> Price | None:
        return None if amount is None else self.price(amount)

    def _work(self, milestone: int) -> dict[str, str]:
        return {
            "challenge_id": self.challenge_id,
            "challenge_title": "A challenge",
            "challenger_id": self.challenger.user_id,
            "submission_id": new_id("submission"),
            "milestone_id": self.milestone_ids[milestone],
            "milestone_title": f"Step {milestone + 1}",
            "solver_id": self.solver.user_id,
        }
