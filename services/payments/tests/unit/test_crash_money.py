"""The process dies inside the later kinds of money movement, and between a call to Stripe and what is recorded of it.

However it dies, and whether somebody asks again or the timer alone goes on: it ends as it does when nothing dies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from payments_bank import START, Bank
from payments_fakes import Crash
from payments_subscribing import Subscribing, case_of
from test_chargebacks import tell
from test_disputes import Court
from test_payment_methods import Purse
from test_payout_accounts import opened
from test_reconcile_day import DAY, FakeBooks, Office

from chassis.ids import new_id
from contracts.admin.events import ActionTaken
from contracts.payments.commands import SubmitChargebackEvidence
from contracts.payments.subscriptions import SubmitBillChargebackEvidence
from contracts.payments.views import ChargebackStatus, MilestoneKind
from local_platform.crashing import dying_at
from payments.domain.splits import Member
from payments.domain.wallet_errors import PaymentMethodNotFound
from payments.usecases.ports import MovementStatus
from payments.usecases.submit_bill_chargeback_evidence import SubmitBillChargebackEvidenceHandler
from payments.usecases.submit_chargeback_evidence import SubmitChargebackEvidenceHandler

SOON, KEYS_FORGOTTEN = timedelta(seconds=31), timedelta(days=3)


@dataclass(frozen=True)
class Story:
    """What has happened before, and what is under way when the process dies."""

    before: Callable[[Bank], object]
    act: Callable[[Bank], object]


def _funded(bank: Bank) -> None:
    bank.fund()


def _released(bank: Bank) -> None:
    bank.fund()
    bank.release(0)


def _a_team(bank: Bank) -> None:
    with bank.memory.unit_of_work() as work:
        work.escrows.save(bank.escrow.set_team((Member(bank.solver.user_id, 6_667), Member(new_id("user"), 3_333))))
    bank.fund()


def _not_settled_yet(bank: Bank) -> None:
    bank.stripe.settled_on = START + timedelta(days=5)
    bank.fund()


def _disputed(bank: Bank) -> None:
    bank.fund()
    Court(bank).in_mediation(40_000)


def _decide(bank: Bank) -> None:
    """A mediator who hears nothing asks again; a decision that is made is not made again."""
    court = Court(bank)
    (dispute,) = bank.memory.table("disputes").values()
    if not bank.told()["DisputeDecided"]:
        bank.call(lambda: court.decide(dispute, 25_000, 15_000), "k")


def _charged_back(bank: Bank) -> None:
    _released(bank)
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1")


def _charged_back_while_owed(bank: Bank) -> None:
    _disputed(bank)
    bank.stripe.refuse["refund"] = ["charge_disputed"]
    _decide(bank)
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1")
    bank.resume(SOON)
    Court(bank).open(20_000)


def _charged_back_on_its_way(bank: Bank) -> None:
    bank.fund()
    bank.stripe.refund_status = MovementStatus.PENDING
    bank.refund(0)
    tell(bank, ChargebackStatus.LOST, "evt_1", amount=30_000)


def _refunded_and_charged_back(bank: Bank) -> None:
    bank.fund()
    bank.refund(0)
    tell(bank, ChargebackStatus.LOST, "evt_1")


def _comes_back(bank: Bank) -> None:
    """The bank that was to refund it could not, and says so."""
    (row,) = bank.stripe.refunds.values()
    row["status"] = MovementStatus.FAILED
    bank.webhook("evt_back", row["saga"], event_type="refund.failed")


STORIES = {
    "a tip": Story(_released, lambda bank: bank.thank(2_000, key="k")),
    "a bonus": Story(_released, lambda bank: bank.thank(5_000, MilestoneKind.BONUS, key="k")),
    "a release to a team": Story(_a_team, lambda bank: bank.release(0, key="k")),
    "what settles later": Story(_not_settled_yet, lambda bank: bank.release(0, key="k")),
    "what a decision awards": Story(_disputed, _decide),
    "a chargeback": Story(_released, lambda bank: tell(bank, ChargebackStatus.LOST, "evt_1")),
    "a chargeback that is lost": Story(_charged_back, lambda bank: tell(bank, ChargebackStatus.LOST, "evt_2")),
    "a chargeback of what is owed and in dispute": Story(_charged_back_while_owed, lambda bank: tell(bank, ChargebackStatus.LOST, "evt_2")),
    "a refund of which the bank gave a part": Story(_charged_back_on_its_way, _comes_back),
    "a refund that comes back after a lost chargeback": Story(_refunded_and_charged_back, _comes_back),
    "a chargeback that is won": Story(_charged_back, lambda bank: tell(bank, ChargebackStatus.WON, "evt_2")),
}


def _opened(story: Story) -> Bank:
    bank = Bank()
    bank.accept()
    story.before(bank)
    return bank


def _settled(bank: Bank) -> None:
    """The timer runs; what Stripe settles after days is looked at then."""
    for pause in (SOON, SOON, SOON, timedelta(days=6), SOON):
        bank.resume(pause)
    bank.settle()


def _whole(story: Story, bank: Bank) -> None:
    story.act(bank)
    _settled(bank)


def _outcome(bank: Bank) -> dict[str, Any]:
    """All that the story comes to, in amounts: ids differ from run to run."""
    journals = bank.memory.table("journals").values()
    balances = bank.memory.table("balances").values()
    return {
        "sums": bank.sums(),
        "told": bank.told(),
        "journals": Counter(tuple(move.amount for move in journal.moves) for journal in journals),
        "balances": Counter((row.account.kind, row.amount) for row in balances if row.amount),
        "transfers": sorted(row["amount"] for row in bank.stripe.transfers.values()),
        "refunds": sorted(row["amount"] for row in bank.stripe.refunds.values()),
        "charged": sum(intent.amount for intent in bank.stripe.intents.values() if intent.charge_id),
        "undecided": bank.running,
        "frozen": bank.escrow.frozen,
    }


@pytest.mark.parametrize("name", STORIES)
def test_wherever_it_dies_it_ends_as_when_nothing_dies(name: str) -> None:
    story = STORIES[name]
    quiet = _opened(story)
    quiet.crashes.arm(None)
    _whole(story, quiet)
    points, expected, before = quiet.crashes.passed, _outcome(quiet), len(_opened(story).memory.table("sagas"))
    assert points >= 4
    for asked_again, downtime in ((True, SOON), (False, KEYS_FORGOTTEN)):
        for point in range(points):
            bank = _opened(story)
            bank.crashes.arm(point)
            with pytest.raises(Crash):
                _whole(story, bank)
            bank.crashes.arm(None)
            bank.clock.advance(downtime)
            if downtime == KEYS_FORGOTTEN:
                bank.stripe.forget_keys()
            if asked_again:
                story.act(bank)
            elif not bank.running and len(bank.sagas) == before:
                continue  # it died before anything was recorded: nothing has happened
            _settled(bank)
            assert _outcome(bank) == expected, f"died at point {point} of {points}"


# -- what is asked of Stripe without a saga: one named point after each call


def dies(point: str, work: Callable[[], object]) -> None:
    with dying_at(point):
        work()


@pytest.mark.parametrize("point", ["payout_account.made", "payout_account.link_made"])
def test_a_payout_account_is_opened_once(bank: Bank, point: str) -> None:
    dies(point, lambda: opened(bank))
    assert opened(bank).onboarding_url == "https://connect.example/acct_1"
    assert bank.stripe.accounts == [bank.solver.user_id]
    assert [account.account_id for account in bank.memory.table("accounts").values()] == ["acct_1"]


@pytest.mark.parametrize("point", ["wallet.customer_made", "wallet.method_attached", "wallet.first_default_set"])
def test_a_payment_method_is_kept_once_for_one_customer(point: str) -> None:
    purse = Purse()
    dies(point, lambda: purse.add("pm_1"))
    assert purse.add("pm_1").is_default
    assert purse.listed() == [("pm_1", True)]
    assert (len(purse.wallets.customers), len(purse.memory.table("customers"))) == (1, 1)


def test_another_default_is_chosen() -> None:
    purse = Purse()
    purse.add("pm_1")
    purse.add("pm_2")
    dies("wallet.default_chosen", lambda: purse.choose("pm_2"))
    assert purse.choose("pm_2").is_default
    assert purse.listed() == [("pm_2", True), ("pm_1", False)]


@pytest.mark.parametrize("point", ["wallet.removal_begun", "wallet.method_detached"])
def test_a_payment_method_that_is_forgotten_stays_so(point: str) -> None:
    """The same call again ends well; another one learns that there is none."""
    purse = Purse()
    purse.add("pm_1")
    dies(point, lambda: purse.remove("pm_1"))
    purse.remove("pm_1")
    with pytest.raises(PaymentMethodNotFound):
        purse.remove("pm_1", key="another")
    assert purse.listed() == []


def test_evidence_is_handed_in_once(bank: Bank) -> None:
    _charged_back(bank)
    handler = SubmitChargebackEvidenceHandler(bank.memory.unit_of_work, bank.stripe, bank.calls, bank.clock.now)
    command = SubmitChargebackEvidence(chargeback_id="du_1", evidence="It was delivered.")

    def submit() -> ChargebackStatus:
        return bank.call(lambda: handler(command, bank.finance), "k").status

    dies("chargeback.evidence_submitted", submit)
    assert submit() is ChargebackStatus.UNDER_REVIEW
    keys = [key for name, key in bank.stripe.calls if name == "submit_evidence"]
    assert len(keys) == 2
    assert len(set(keys)) == 1  # Stripe does it once


def test_evidence_about_a_bill_is_handed_in_once() -> None:
    world = Subscribing()
    world.start()
    world.dispute(world.bills[0], ChargebackStatus.NEEDS_RESPONSE, "evt_1")
    handler = SubmitBillChargebackEvidenceHandler(world.memory.unit_of_work, world.stripe, world.calls, world.clock.now)
    command = SubmitBillChargebackEvidence(chargeback_id=case_of(world.bills[0]), evidence="It was used.")

    def submit() -> ChargebackStatus:
        return world.call(lambda: handler(command, world.finance), "k").status

    dies("chargeback.evidence_submitted", submit)
    assert submit() is ChargebackStatus.UNDER_REVIEW
    keys = [key for name, key in world.stripe.calls if name == "submit_evidence"]
    assert (len(keys), len(set(keys))) == (2, 1)
    assert [act.action for act in world.events(ActionTaken)] == ["chargebacks.answered"]


def test_a_report_that_nobody_was_alerted_of_is_told_by_whoever_looks_next(bank: Bank) -> None:
    office = Office(bank, FakeBooks())
    bank.fund()  # the books know nothing of it
    bank.clock.advance(timedelta(days=1))
    dies("reconciliation.reported:3", office.handler.reconcile_missed_days)
    days = {DAY - timedelta(days=2): 0, DAY - timedelta(days=1): 0}
    assert office.books.told == days
    office.handler.reconcile_missed_days()
    assert office.books.told == days | {DAY: 1}
    assert len(bank.memory.table("reconciliations")) == 3
