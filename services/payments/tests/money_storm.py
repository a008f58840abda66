"""`make money`: random sagas under crashes, outages, lost answers, webhooks and conflicting requests; prints what came of it."""

from __future__ import annotations

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import structlog
from payments_bank import Bank
from payments_court import Court
from payments_fakes import Crash
from payments_perils import Perils
from payments_worlds import FakeWorld, World, sandbox_worlds

from chassis.ids import new_id
from contracts.errors import DomainError
from contracts.payments.commands import ReceiveStripeWebhook, SetTeamSplit
from contracts.payments.dispute_views import DisputeStatus
from contracts.payments.events import ExtraPaid, FundsReleased, PayoutFailed, PayoutPaid, PayoutRequested, ReleaseTakenBack
from contracts.payments.views import ChargebackStatus, MilestoneKind, TeamMember
from payments.domain import entries
from payments.domain.currencies import step_of
from payments.domain.dispute import OVER
from payments.domain.due import due_for_release
from payments.domain.errors import WebhookTooEarly
from payments.domain.ledger import AccountKind
from payments.domain.milestone import Milestone, Status
from payments.domain.saga import ReversalOrder, Saga, Step
from payments.usecases.disputes import dispute_view
from payments.usecases.set_team_split import SetTeamSplitHandler

CURRENCIES = ("EUR", "JPY", "KWD")
STEPS = 25
OFTEN = 25
_NO_WAY_BACK = "pm_card_refundFail"  # every refund fails in the end
PASSES = 400  # of the timer, until all that was begun must be decided


@dataclass
class Tally:
    """What happened; drift, double charges and undecided sagas must stay at nothing."""

    sagas: int = 0
    engagements: int = 0
    webhooks: int = 0
    overtaking: int = 0
    conflicts: int = 0
    refused: int = 0
    lines: int = 0
    drift: int = 0
    double_charges: int = 0
    undecided: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.drift or self.double_charges or self.undecided)

    @property
    def never_crashed(self) -> set[str]:
        """Calls that were made often, and the side of them at which the process has not died."""
        often = [name for name, number in self.calls.items() if number >= OFTEN]
        return {f"{side} {name}" for name in often for side in ("before", "after")} - set(self.crashes)


class Storm:
    """One engagement in bad weather. All that it does is drawn from `chance`: the same chance makes the same storm."""

    def __init__(self, chance: random.Random, tally: Tally, world: World) -> None:
        self.chance, self.tally, self.world = chance, tally, world
        self.currency = chance.choice(CURRENCIES)
        amounts = (self._some(90_000), self._some(world.largest))
        self.perils = Perils(world.provider, crashes=None, merciless=chance.random() < 0.4)  # type: ignore[arg-type]  # the bank's, below
        self.bank = Bank(amounts, currency=self.currency, start=world.now, provider=self.perils, webhooks=world.webhooks)
        self.perils.crashes = self.bank.crashes
        self.court = Court(self.bank, limit=10**12)
        self.nested = False
        self.delivered: set[str] = set()
        self.earnings = entries.available(self.bank.solver.user_id, self.currency)
        # Cards that cannot be refunded, and charges of which a bank takes a part, so that nobody can refund the rest, are not mixed with
        # decisions that owe the payer money: those would be tried for ever.
        self.no_way_back = chance.random() < 0.3
        self.methods = [method for method in world.methods if self.no_way_back or method != _NO_WAY_BACK]
        self.bank.accept()
        self.bank.coupon(basis_points=self.chance.randint(1, 10_000), per_person_limit=3)
        self.bank.grant(self._some(20_000))
        self.acts = self._acts()

    def _some(self, most: int) -> int:
        """An amount that can be paid in the storm's currency."""
        step = step_of(self.currency)
        return self.chance.randint(1, most // step) * step

    def blow(self) -> None:
        self.perils.answering = self._meanwhile
        for _ in range(STEPS):
            self._survive(self.chance.choice(self.acts), self.chance.randint(0, 30) if self.chance.random() < 0.5 else None)
            self._check_sums()
        self.perils.answering = lambda: None
        self._calm()
        self.world.weather(self.chance)
        for act in (self._take_back, self._pay_out, self._give_back):  # everybody takes what is theirs
            self._survive(act, self.chance.randint(0, 30))
        for _ in range(STEPS if self.perils.merciless else 2):  # so that banks take their time over it
            self._survive(lambda: self._pass(timedelta(minutes=11)), None)
        self._calm()
        self._count()
        self._audit()

    def _meanwhile(self) -> None:
        """While Stripe thinks its webhook may be quicker than its answer, or somebody else wants something of the same money."""
        if self.nested:
            return
        drawn = self.chance.random()
        self.nested = True
        try:
            if drawn < 0.15 and (news := self.world.news()):
                self.tally.overtaking += 1
                self._deliver(news[-1])
            elif drawn < 0.35:
                self.chance.choice(self.acts)()
                self.tally.conflicts += 1
        except DomainError:
            self.tally.refused += 1
        finally:
            self.nested = False

    def _acts(self) -> tuple[Callable[[], object], ...]:
        bank, chance, world = self.bank, self.chance, self.world
        return (
            lambda: bank.fund(chance.choice((None, 0, 1)), method=chance.choice(self.methods), key=chance.choice((None, "same"))),
            lambda: bank.fund(chance.choice((None, 0, 1)), method="pm_card_visa", coupon=chance.choice((None, "WELCOME"))),
            lambda: bank.fund(chance.choice((0, 1)), method="pm_card_visa", credit=True),
            lambda: bank.release(chance.choice((0, 1))),
            lambda: bank.release(amount=self._some(70_000)),
            lambda: bank.refund(amount=self._some(70_000)),
            self._pay_out,
            self._pay_out,
            lambda: bank.thank(self._some(5_000), chance.choice((MilestoneKind.TIP, MilestoneKind.BONUS))),
            self._take_back,
            lambda: bank.deliver(chance.choice((0, 1))),
            lambda: bank.request_changes(chance.choice((0, 1))),
            lambda: bank.approve(chance.choice((0, 1))),
            lambda: self._pass(timedelta(seconds=chance.choice((1, 5, 60, 4_000)))),
            lambda: self._pass(timedelta(seconds=chance.choice((1, 30)))),
            self._webhook,
            self._webhook,
            self._share,
            self._dispute,
            self._freeze,
            self._weather,
            lambda: world.decide(chance),
            lambda: world.charge_back(chance, parts=self.no_way_back) if chance.random() < 0.5 else None,
            lambda: bank.cancel() if chance.random() < 0.1 else None,
        )

    def _survive(self, act: Callable[[], object], crash: int | None) -> None:
        self.bank.crashes.arm(crash)
        try:
            act()
        except (DomainError, Crash) as end:
            self.tally.refused += isinstance(end, DomainError)
        finally:
            self.nested = False
            self.bank.crashes.arm(None)

    def _pass(self, time: timedelta) -> None:
        self.world.passes(time)
        self.bank.resume(time)

    def _pay_out(self) -> None:
        """Mostly what is there, sometimes more."""
        there = sum(row.amount for row in self.bank.memory.table("balances").values() if row.account == self.earnings)
        self.bank.pay_out(self._some(max(there, 70_000) if self.chance.random() < 0.2 else max(there, step_of(self.currency))))

    def _take_back(self) -> None:
        if self.no_way_back:
            return
        self.bank.take_back(self.chance.choice((0, 1)), self.chance.choice((None, self._some(30_000))))

    def _give_back(self) -> None:
        held = sum(step.free for step in self.bank.escrow.milestones if step.status is Status.HELD)
        self.bank.refund(amount=max(held, step_of(self.currency)))

    def _webhook(self) -> None:
        """Any that was ever sent, in any order, sometimes twice; or one that is not the processor's."""
        news, chance = self.world.news(), self.chance
        if chance.random() < 0.05:
            self._deliver(self.world.forged())
        if news:
            told = chance.choice(news)
            for _ in range(chance.choice((1, 1, 2))):
                self._deliver(told)

    def _deliver(self, told: ReceiveStripeWebhook) -> None:
        self.tally.webhooks += 1
        self.delivered.add(told.payload)
        try:
            self.bank.call(lambda: self.bank.webhook_handler(told), None)
        except WebhookTooEarly:
            self.delivered.discard(told.payload)
            raise

    def _share(self) -> None:
        """A team of three, whose parts rarely divide; or the solver alone again."""
        ids = (self.bank.solver.user_id, *((new_id("user"), new_id("user")) if self.chance.random() < 0.7 else ()))
        first = 10_000 - 3_333 * (len(ids) - 1)
        members = tuple(TeamMember(user_id=id, basis_points=first if place == 0 else 3_333) for place, id in enumerate(ids))
        command = SetTeamSplit(escrow_id=self.bank.escrow.id, members=members)
        self.bank.call(lambda: SetTeamSplitHandler(self.bank.memory.unit_of_work)(command, self.bank.solver), None)

    def _dispute(self) -> None:
        """The next step of the dispute there is, or a new one."""
        if self.no_way_back:
            return
        known = [row for row in self.bank.memory.table("disputes").values() if row.status not in OVER]
        if not known:
            self.court.open(self._some(70_000))
            return
        view, drawn = dispute_view(known[0], self.bank.escrow), self.chance.random()
        if drawn < 0.2:
            self.court.withdraw(view)
        elif view.status is DisputeStatus.OPEN:
            self.court.answer(view)
        elif view.status is DisputeStatus.ANSWERED:
            self.court.mediate(view)
        else:
            to_payee = self.chance.choice((0, view.amount.amount_minor, self._some(view.amount.amount_minor)))
            self.court.decide(view, to_payee, view.amount.amount_minor - to_payee)

    def _freeze(self) -> None:
        _ = self.bank.unfreeze(despite=self.chance.random() < 0.5) if self.bank.escrow.frozen else self.bank.freeze()

    def _weather(self) -> None:
        self.perils.down, self.perils.mute = self.chance.random() < 0.2, self.chance.random() < 0.2
        self.world.weather(self.chance)
        if self.chance.random() < 0.1:
            self._pass(timedelta(days=2))

    def _check_sums(self) -> None:
        """After every single act, whatever became of it."""
        bank = self.bank
        funded, held, released, refunded, fees = bank.sums()
        assert funded == held + released + refunded + fees
        assert held == bank.in_ledger(AccountKind.HELD)
        assert fees == bank.in_ledger(AccountKind.FEES)

    def _calm(self) -> None:
        """The storm is over: everything that was begun is decided."""
        bank = self.bank
        self.perils.down = self.perils.mute = False
        for _ in range(PASSES):
            self.world.end()
            if bank.escrow.frozen and not self._undecided():
                bank.unfreeze()
            for row in list(bank.memory.table("disputes").values()):
                if row.status not in OVER:
                    self.court.withdraw(dispute_view(row, bank.escrow))
            late = [told for told in self.world.news() if told.payload not in self.delivered]
            self.chance.shuffle(late)
            for told in late:  # each arrives in the end: the processor tries for days
                self._survive(partial(self._deliver, told), None)
            if not (self._undecided() or late):
                break
            self._survive(lambda: self._pass(timedelta(minutes=11)), None)

    def _undecided(self) -> list[Saga]:
        """What is under way, but for debts of people who have emptied their accounts: those wait for what is earned later."""
        return [saga for saga in self.bank.running if saga.step is not Step.AWAIT_FUNDS]

    def _count(self) -> None:
        bank, tally = self.bank, self.tally
        tally.engagements += 1
        tally.sagas += len(bank.sagas)
        tally.kinds.update(type(saga.order).__name__.removesuffix("Order").lower() for saga in bank.sagas)
        tally.calls.update(self.perils.made)
        tally.crashes.update(bank.crashes.died)
        tally.undecided += len(self._undecided())
        tally.troubles += [f"undecided: {saga}" for saga in self._undecided()]

    def _audit(self) -> None:
        bank, tally = self.bank, self.tally
        lines = list(self.world.lines())
        tally.lines += len(lines)
        charges = Counter(line.key for line in lines if line.key.startswith("fund:"))
        tally.double_charges += sum(number - 1 for number in charges.values())
        try:
            bank.check_books(lines)
            assert self.world.paid_out() == bank.in_ledger(AccountKind.BANK)
            assert due_for_release(bank.escrow) == ()
            assert self.no_way_back or not self._held_though_the_payer_has_it()
            assert -bank.in_ledger(AccountKind.LOSSES) == self._lost_for_good() + bank.in_ledger(AccountKind.RETURNING)
            self._check_events()
        except AssertionError:
            tally.drift += 1
            tally.troubles.append(traceback.format_exc(limit=-2))

    def _held_though_the_payer_has_it(self) -> list[Milestone]:
        """What could be paid out of a payment that a bank has taken back for good."""
        taken = {row.charge_id for row in self.bank.memory.table("chargebacks").values() if row.status is ChargebackStatus.LOST}
        return [step for step in self.bank.escrow.milestones if step.held and step.charge and step.charge.charge_id in taken]

    def _lost_for_good(self) -> int:
        """What the platform bears of chargebacks that were lost, in part or whole: all that was held of them is given back."""
        lost = [row.taken for row in self.bank.memory.table("chargebacks").values() if row.status is ChargebackStatus.LOST]
        return sum(taken.elsewhere + sum(fee for _, fee in taken.fees) for taken in lost)

    def _check_events(self) -> None:
        """What was published tells what the ledger tells."""
        bank = self.bank
        _, _, released, _, fees = bank.sums()
        paid = [*bank.events(FundsReleased), *bank.events(ExtraPaid)]
        back = [saga.order for saga in bank.sagas if isinstance(saga.order, ReversalOrder)]
        assert sum(fact.net.amount_minor for fact in bank.events(ReleaseTakenBack)) == sum(order.gross - order.fee for order in back)
        assert sum(fact.net.amount_minor for fact in paid) - sum(order.gross - order.fee for order in back) == released
        assert sum(fact.fee.amount_minor for fact in paid) - sum(order.fee for order in back) == fees
        ended = {fact.payout_id for kind in (PayoutPaid, PayoutFailed) for fact in bank.events(kind)}
        assert ended == {fact.payout_id for fact in bank.events(PayoutRequested)}


def storms(sagas: int, seed: int, world: Callable[[], World] = FakeWorld, tally: Tally | None = None) -> Tally:
    """Storm after storm until so many more sagas have been through one."""
    tally, chance = tally or Tally(), random.Random(seed)
    wanted = tally.sagas + sagas
    while tally.sagas < wanted:
        Storm(random.Random(chance.getrandbits(64)), tally, world()).blow()
    return tally


def table(title: str, tally: Tally, seconds: float) -> str:
    rows: list[tuple[str, object]] = [("engagements", tally.engagements), ("sagas", tally.sagas)]
    rows += [(f"  {kind}", number) for kind, number in sorted(tally.kinds.items())]
    rows += [("crashes", sum(tally.crashes.values()))]
    rows += [(f"  {where}", number) for where, number in sorted(tally.crashes.items(), key=lambda row: row[0].partition(" ")[::-1])]
    rows += [
        ("webhooks", tally.webhooks),
        ("  before the answer", tally.overtaking),
        ("requests at the same time", tally.conflicts),
        ("refusals", tally.refused),
        ("balance transactions", tally.lines),
        ("seconds", round(seconds, 1)),
        ("engagements with drift", tally.drift),
        ("double charges", tally.double_charges),
        ("undecided", tally.undecided),
    ]
    return "\n".join([title, *(f"{name:<32}{value:>12}" for name, value in rows)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sagas", type=int, default=10_000, help="on fakes")
    parser.add_argument("--sandbox", type=int, default=1_000, help="by Stripe's SDK against the sandbox")
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # a storm puts thousands of steps off
    sound = True
    with ExitStack() as stack:
        worlds: dict[str, tuple[int, Callable[[], World]]] = {"On fakes": (told.sagas, FakeWorld)}
        if told.sandbox:
            worlds["Stripe's SDK against the sandbox"] = (told.sandbox, stack.enter_context(sandbox_worlds()))
        for title, (sagas, world) in worlds.items():
            began = time.monotonic()
            tally = storms(sagas, told.seed, world)
            sys.stdout.write(table(title, tally, time.monotonic() - began) + "\n\n" + "".join(f"{row}\n" for row in tally.troubles[:5]))
            sound = sound and tally.sound
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
