"""Chargebacks: booked once, borne by whom the money went to, undone when won, final when lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import START, Bank

from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.payments.commands import SubmitChargebackEvidence
from contracts.payments.events import ChargebackClosed, ChargebackOpened
from contracts.payments.queries import ListChargebacks
from contracts.payments.views import ChargebackStatus, ChargebackView
from payments.domain.chargeback import taken_from
from payments.domain.errors import ChargebackNotFound, ChargebackNotOpen, EscrowFrozen, FinanceOnly, InsufficientBalance
from payments.domain.fees import Share
from payments.domain.ledger import AccountKind
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.list_chargebacks import ListChargebacksHandler
from payments.usecases.ports import MovementStatus
from payments.usecases.submit_chargeback_evidence import SubmitChargebackEvidenceHandler


def tell(bank: Bank, status: ChargebackStatus, event: str, *, amount: int = 100_000, withdrawn: bool = True, id: str = "du_1") -> None:
    """The processor has a dispute in this state, and a webhook says so."""
    escrow_id = bank.escrow.id
    bank.stripe.disputes[id] = Dispute(
        id, status, amount, bank.currency, "ch_pi_0", escrow_id, "fraudulent", START + timedelta(days=9), withdrawn
    )
    bank.webhook(event, id, event_type="charge.dispute.updated")


def listed(bank: Bank) -> list[ChargebackView]:
    return list(ListChargebacksHandler(bank.memory.unit_of_work)(ListChargebacks(), bank.finance).items)


def losses(bank: Bank) -> tuple[int, int]:
    """What the bank took from outside, and what of it the platform bears."""
    return bank.in_ledger(AccountKind.CHARGEBACK), -bank.in_ledger(AccountKind.LOSSES)


def test_chargeback_after_payout_shows_a_negative_balance_and_the_next_payout_is_not_above_the_net_available(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    bank.pay_out(54_000)
    bank.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    bank.settle()
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1", amount=100_000)

    assert bank.balance().available.amount_minor == -54_000
    assert losses(bank) == (100_000, 46_000)  # its own fee of 6000, and the 40000 that are still held
    with pytest.raises(InsufficientBalance):
        bank.pay_out(100)
    with pytest.raises(EscrowFrozen):
        bank.release(1)

    tell(bank, ChargebackStatus.LOST, "evt_2")
    assert bank.escrow.frozen is None
    assert bank.sums() == (100_000, 0, 54_000, 40_000, 6_000)
    assert losses(bank) == (60_000, 6_000)
    assert bank.balance().available.amount_minor == -54_000
    (opened,), (closed,) = bank.events(ChargebackOpened), bank.events(ChargebackClosed)
    assert (opened.chargeback_id, opened.amount.amount_minor, closed.won) == ("du_1", 100_000, False)

    bank.fund(1)
    bank.release(1)
    assert bank.balance().available.amount_minor == -18_000


def test_what_is_earned_later_pays_the_debt_first() -> None:
    bank = Bank((60_000, 40_000, 90_000))
    bank.accept()
    bank.fund(0)
    bank.fund(1)
    bank.fund(2)
    bank.release(0)
    bank.pay_out(54_000)
    tell(bank, ChargebackStatus.LOST, "evt_1", amount=60_000)
    bank.release(2)
    assert bank.balance().available.amount_minor == 81_000 - 54_000
    with pytest.raises(InsufficientBalance):
        bank.pay_out(27_001)
    bank.pay_out(27_000)


def test_a_chargeback_that_is_won_gives_each_what_was_taken(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1")
    assert bank.balance().available.amount_minor == 0
    assert bank.escrow.frozen == "chargeback"
    tell(bank, ChargebackStatus.WON, "evt_2")
    assert (bank.balance().available.amount_minor, losses(bank), bank.escrow.frozen) == (54_000, (0, 0), None)
    assert bank.events(ChargebackClosed)[0].won
    bank.release(1)
    assert bank.sums() == (100_000, 0, 90_000, 0, 10_000)
    bank.check()


def test_webhooks_in_any_order_and_number_book_it_once(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    tell(bank, ChargebackStatus.LOST, "evt_closed")
    for event in ("evt_created", "evt_closed", "evt_withdrawn", "evt_created", "evt_updated"):
        tell(bank, ChargebackStatus.LOST, event)
    assert bank.told()["ChargebackOpened"] == bank.told()["ChargebackClosed"] == 1
    assert bank.balance().available.amount_minor == 0
    assert [key for key in bank.memory.table("journals") if key.startswith("chargeback")] == ["chargeback:du_1", "chargeback_lost:du_1"]
    assert bank.running == []


def test_without_any_further_webhook_the_decision_is_found(bank: Bank) -> None:
    bank.fund()
    bank.stripe.down = True
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1")
    assert listed(bank) == []
    bank.stripe.down = False
    bank.resume(timedelta(hours=1))
    assert [chargeback.status for chargeback in listed(bank)] == [ChargebackStatus.NEEDS_RESPONSE]
    tell(bank, ChargebackStatus.WON, "evt_1")  # a webhook that was taken before is not looked at
    assert bank.escrow.frozen == "chargeback"
    bank.resume(timedelta(days=1))
    assert (bank.escrow.frozen, bank.running) == (None, [])


def test_an_inquiry_takes_nothing(bank: Bank) -> None:
    bank.fund()
    tell(bank, ChargebackStatus.INQUIRY, "evt_1", withdrawn=False)
    assert (losses(bank), bank.escrow.frozen) == ((0, 0), None)
    tell(bank, ChargebackStatus.WON, "evt_2", withdrawn=False)
    assert (losses(bank), bank.running, bank.told()["ChargebackClosed"]) == ((0, 0), [], 0)
    bank.check()


def test_a_dispute_about_nothing_of_ours_is_left_alone(bank: Bank) -> None:
    bank.stripe.disputes["du_9"] = Dispute("du_9", ChargebackStatus.LOST, 5, "EUR", "ch_x", None, "general", None, True)
    bank.webhook("evt_1", "du_9", event_type="charge.dispute.created")
    assert (bank.running, listed(bank)) == ([], [])


def test_evidence_is_for_finance_and_taken_once(bank: Bank) -> None:
    handler = SubmitChargebackEvidenceHandler(bank.memory.unit_of_work, bank.stripe, bank.calls, bank.clock.now)

    def submit(by: Principal, id: str = "du_1", text: str = "The work was delivered and accepted.") -> ChargebackView:
        return bank.call(lambda: handler(SubmitChargebackEvidence(chargeback_id=id, evidence=text), by), None)

    bank.fund()
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1")
    with pytest.raises(FinanceOnly):
        submit(bank.solver)
    with pytest.raises(FinanceOnly):
        ListChargebacksHandler(bank.memory.unit_of_work)(ListChargebacks(), bank.challenger)
    with pytest.raises(ChargebackNotFound):
        submit(bank.finance, "du_other")
    assert submit(bank.finance).status is ChargebackStatus.UNDER_REVIEW
    assert [(act.action, act.target, act.actor_id) for act in bank.events(ActionTaken)] == [
        ("chargebacks.answered", "du_1", bank.finance.user_id)
    ]
    with pytest.raises(ChargebackNotOpen):
        submit(bank.finance, text="More.")
    tell(bank, ChargebackStatus.WON, "evt_2")
    with pytest.raises(ChargebackNotOpen):
        submit(bank.finance)


@pytest.mark.parametrize(
    ("amount", "held", "payees", "platform"),
    [
        (100_000, 40_000, {"ann": 27_000, "bob": 26_999}, 46_001),
        (40_000, 40_000, {}, 40_000),
        (40_001, 40_000, {}, 40_001),
        (70_000, 40_000, {"ann": 27_000}, 43_000),
        (120_000, 40_000, {"ann": 27_000, "bob": 26_999}, 66_001),
    ],
)
def test_who_bears_it(bank: Bank, amount: int, held: int, payees: dict[str, int], platform: int) -> None:
    bank.fund()
    bank.release(0)
    releases = [("ann", Share(30_000, 3_000)), ("bob", Share(30_000, 3_001))]
    taken = taken_from(bank.escrow, "ch_pi_0", amount, releases)
    assert (sum(part for _, part in taken.held), dict(taken.payees), taken.platform) == (held, payees, platform)
    assert taken.total == amount
