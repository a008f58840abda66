"""`make money`: random sagas under crashes, outages, lost answers, webhooks and conflicting requests; prints what came of it."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import structlog
from payments_bank import Bank
from payments_fakes import Crash

from chassis.ids import new_id
from contracts.errors import DomainError
from contracts.payments.views import MilestoneKind
from payments.domain.saga import FundOrder
from payments.domain.splits import Member
from payments.usecases.ports import IntentStatus, MovementStatus

METHODS = ("pm_card_visa", "pm_card_visa", "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired", "pm_bankDebit")
CURRENCIES = ("EUR", "JPY", "KWD")
STEPS = 25


@dataclass
class Tally:
    """What happened; drift, double charges and undecided sagas must stay at nothing."""

    sagas: int = 0
    crashes: int = 0
    webhooks: int = 0
    conflicts: int = 0
    refused: int = 0
    drift: int = 0
    double_charges: int = 0
    undecided: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    troubles: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not (self.drift or self.double_charges or self.undecided)


@dataclass
class Storm:
    """One engagement in bad weather; the same seed makes the same storm."""

    chance: random.Random
    tally: Tally

    def __post_init__(self) -> None:
        self.bank = Bank((self.chance.randint(1, 90_000), self.chance.randint(1, 10**9)), currency=self.chance.choice(CURRENCIES))
        self.bank.accept()
        self.hints = 0
        self.nested = False
        if self.chance.random() < 0.3:
            team = (Member(self.bank.solver.user_id, 3_334), Member(new_id("user"), 3_333), Member(new_id("user"), 3_333))
            with self.bank.memory.unit_of_work() as work:
                work.escrows.save(self.bank.escrow.set_team(team))

    def blow(self) -> None:
        acts = self._acts()
        self.bank.stripe.answering = lambda _: self._meanwhile(acts)
        for _ in range(STEPS):
            self._survive(self.chance.choice(acts), self.chance.randint(0, 30) if self.chance.random() < 0.5 else None)
        self.bank.stripe.answering = lambda _: None
        self._calm()

    def _meanwhile(self, acts: tuple[Callable[[], object], ...]) -> None:
        """While Stripe thinks, somebody else wants something of the same money."""
        if self.nested or self.chance.random() > 0.2:
            return
        self.nested = True
        try:
            self.chance.choice(acts)()
            self.tally.conflicts += 1
        except DomainError:
            self.tally.refused += 1
        finally:
            self.nested = False

    def _acts(self) -> tuple[Callable[[], object], ...]:
        bank, chance = self.bank, self.chance
        return (
            lambda: bank.fund(chance.choice((None, 0, 1)), method=chance.choice(METHODS), key=chance.choice((None, "same"))),
            lambda: bank.release(chance.choice((0, 1))),
            lambda: bank.release(amount=chance.randint(1, 70_000)),
            lambda: bank.refund(amount=chance.randint(1, 70_000)),
            lambda: bank.pay_out(chance.randint(1, 70_000)),
            lambda: bank.thank(chance.randint(1, 5_000), chance.choice((MilestoneKind.TIP, MilestoneKind.BONUS))),
            lambda: bank.approve(chance.choice((0, 1))),
            lambda: bank.resume(timedelta(seconds=chance.choice((1, 5, 60, 4_000)))),
            self._hint,
            self._outside,
            self._weather,
        )

    def _survive(self, act: Callable[[], object], crash: int | None) -> None:
        self.bank.crashes.arm(crash)
        try:
            act()
        except Crash:
            self.tally.crashes += 1
        except DomainError:
            self.tally.refused += 1
        finally:
            self.bank.crashes.arm(None)

    def _hint(self) -> None:
        """A webhook about any saga, however old, sometimes twice."""
        if not self.bank.sagas:
            return
        saga = self.chance.choice(self.bank.sagas)
        self.hints += self.chance.choice((0, 1, 1))
        self.tally.webhooks += 1
        self.bank.webhook(f"evt_{self.hints}", saga.id)

    def _outside(self) -> None:
        stripe, good = self.bank.stripe, self.chance.random() < 0.7
        for intent in list(stripe.intents.values()):
            if intent.status in (IntentStatus.REQUIRES_ACTION, IntentStatus.PROCESSING):
                _ = stripe.succeed(intent.id) if good else stripe.become(intent.id, IntentStatus.UNCONFIRMED, code="card_declined")
        for row in (*stripe.refunds.values(), *stripe.payouts.values()):
            if row["status"] is MovementStatus.PENDING:
                row["status"] = MovementStatus.SUCCEEDED if good else MovementStatus.FAILED

    def _weather(self) -> None:
        stripe, chance = self.bank.stripe, self.chance
        stripe.down, stripe.mute = chance.random() < 0.2, chance.random() < 0.2
        stripe.refund_status, stripe.payout_status = (chance.choice(list(MovementStatus)) for _ in range(2))
        if chance.random() < 0.1:
            self.bank.clock.advance(timedelta(days=2))
            stripe.forget_keys()

    def _calm(self) -> None:
        """The storm is over: everything that was begun is decided, and every sum is checked."""
        bank, tally = self.bank, self.tally
        bank.stripe.down = bank.stripe.mute = False
        bank.stripe.refund_status = bank.stripe.payout_status = MovementStatus.SUCCEEDED
        for _ in range(80):
            self._settle_outside()
            if not bank.running:
                break
            bank.resume(timedelta(minutes=11))
        tally.sagas += len(bank.sagas)
        tally.kinds.update(type(saga.order).__name__.removesuffix("Order").lower() for saga in bank.sagas)
        tally.undecided += len(bank.running)
        charged = sum(intent.status is IntentStatus.SUCCEEDED for intent in bank.stripe.intents.values())
        funded = sum(isinstance(saga.order, FundOrder) and saga.status == "completed" for saga in bank.sagas)
        tally.double_charges += max(0, charged - funded)
        try:
            bank.check()
        except AssertionError as error:
            tally.drift += 1
            tally.troubles.append(str(error))

    def _settle_outside(self) -> None:
        stripe = self.bank.stripe
        for intent in list(stripe.intents.values()):
            if intent.status is IntentStatus.PROCESSING:
                stripe.succeed(intent.id)
        for row in (*stripe.refunds.values(), *stripe.payouts.values()):
            if row["status"] is MovementStatus.PENDING:
                row["status"] = MovementStatus.SUCCEEDED


def storms(sagas: int, seed: int) -> Tally:
    """Storm after storm until so many sagas have been through one."""
    tally, chance = Tally(), random.Random(seed)
    while tally.sagas < sagas:
        Storm(random.Random(chance.getrandbits(64)), tally).blow()
    return tally


def table(tally: Tally, seconds: float) -> str:
    rows: list[tuple[str, object]] = [("sagas", tally.sagas), *sorted(tally.kinds.items()), ("crashes", tally.crashes)]
    rows += [
        ("webhooks", tally.webhooks),
        ("at the same time", tally.conflicts),
        ("refusals", tally.refused),
        ("seconds", round(seconds, 1)),
    ]
    rows += [("engagements with drift", tally.drift), ("double charges", tally.double_charges), ("undecided", tally.undecided)]
    return "\n".join(f"{name:<24}{value:>12}" for name, value in rows)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sagas", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    told = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # a storm puts thousands of steps off
    began = time.monotonic()
    tally = storms(told.sagas, told.seed)
    sys.stdout.write(table(tally, time.monotonic() - began) + "\n" + "".join(f"{trouble}\n" for trouble in tally.troubles[:5]))
    return 0 if tally.sound else 1


if __name__ == "__main__":
    sys.exit(main())
