"""What has gone wrong in published bugs of other marketplaces, each as one story that must end well here."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import START, Bank

from contracts.errors import DomainError
from contracts.payments.events import EscrowFunded, FundsReleased
from contracts.payments.views import ChargebackStatus
from payments.adapters.stripe_amounts import from_stripe, to_stripe
from payments.domain.errors import AmountAboveHeld, CurrencyMismatch, InsufficientBalance, MilestoneNotHeld
from payments.domain.ledger import AccountKind
from payments.domain.milestone import Status
from payments.domain.reconciliation import line_of
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.ports import MovementStatus


def told_of_dispute(bank: Bank, status: ChargebackStatus, event: str, amount: int) -> None:
    due = START + timedelta(days=9)
    bank.stripe.disputes["du_1"] = Dispute("du_1", status, amount, bank.currency, "ch_pi_0", bank.escrow.id, "fraudulent", due, True)
    bank.webhook(event, "du_1", event_type="charge.dispute.updated")


def test_paid_twice(bank: Bank) -> None:
    """Approval, the challenger's click, the same click again, the timer and a lost answer all ask to pay the same work."""
    bank.fund()
    bank.stripe.mute = True
    bank.release(0, key="click")
    bank.stripe.mute = False
    bank.approve(0)
    bank.release(0, key="click")
    bank.release(0, key="another click")
    bank.stripe.forget_keys()
    bank.settle()
    bank.approve(0)
    bank.settle()
    assert [row["amount"] for row in bank.stripe.transfers.values()] == [54_000]
    assert [fact.net.amount_minor for fact in bank.events(FundsReleased)] == [54_000]
    assert bank.balance().available.amount_minor == 54_000
    bank.check()


def test_a_refund_booked_in_another_currency() -> None:
    """The currency of a refund is the escrow's: another one in the request is refused, and what is booked and sent is the charge's."""
    bank = Bank((60_000,), currency="JPY")
    bank.accept()
    bank.fund()
    for currency in ("EUR", "USD", "KWD"):
        bank.currency = currency
        with pytest.raises(CurrencyMismatch):
            bank.refund(amount=1_000)
    bank.currency = "JPY"
    before = bank.sums()
    assert before == (60_000, 60_000, 0, 0, 0)
    bank.refund(amount=1_000)
    (journal,) = (row for key, row in bank.memory.table("journals").items() if key.startswith("refund:"))
    assert {(account.kind, account.currency, amount) for account, amount in journal.postings().items()} == {
        (AccountKind.HELD, "JPY", -1_000),
        (AccountKind.PAYER, "JPY", 1_000),
    }
    assert [(row["amount"], row["currency"]) for row in bank.stripe.refunds.values()] == [(1_000, "JPY")]
    bank.check()


def test_a_fee_credited_back_twice(bank: Bank) -> None:
    """The bank returns a disputed payment: the platform gets its fee back once, however often it is told, and in whatever words."""
    bank.fund()
    bank.release(0)
    told_of_dispute(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1", 60_000)
    assert bank.in_ledger(AccountKind.LOSSES) == -40_000 - 2_000  # what is still held, and the fee of the 20000 that was not
    for event in ("evt_2", "evt_2", "evt_3", "evt_4"):
        told_of_dispute(bank, ChargebackStatus.WON, event, 60_000)
        bank.settle()
    assert (bank.in_ledger(AccountKind.LOSSES), bank.in_ledger(AccountKind.FEES)) == (0, 6_000)
    assert bank.balance().available.amount_minor == 54_000
    told_of_dispute(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_old", 60_000)
    bank.settle()
    assert (bank.in_ledger(AccountKind.LOSSES), bank.in_ledger(AccountKind.FEES)) == (0, 6_000)


def test_a_refund_after_a_payout_that_makes_the_next_payout_too_large(bank: Bank) -> None:
    """What goes back to the payer after it was paid out is owed: the next payout is what is earned later less that."""
    bank.fund(0)
    bank.release(0)
    bank.pay_out(54_000)
    bank.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    bank.settle()
    told_of_dispute(bank, ChargebackStatus.LOST, "evt_1", 30_000)
    assert bank.balance().available.amount_minor == -27_000
    bank.fund(1)
    bank.release(1)
    assert bank.balance().available.amount_minor == 36_000 - 27_000
    with pytest.raises(InsufficientBalance):
        bank.pay_out(9_001)
    bank.pay_out(9_000)
    assert bank.balance().available.amount_minor == 0


def test_a_prize_is_not_read_a_hundred_times_too_small() -> None:
    """9000 yen are 9000 in the agreement, in escrow, in every event, in the balance and at Stripe: no currency has a factor."""
    for currency, amount in (("JPY", 9_000), ("EUR", 9_000), ("KWD", 9_000)):
        bank = Bank((amount,), currency=currency, fee_basis_points=0)
        bank.accept()
        assert bank.fund().held.amount_minor == amount
        bank.release(0)
        bank.pay_out(amount)
        assert [fact.amount.amount_minor for fact in bank.events(EscrowFunded)] == [amount]
        assert [fact.net.amount_minor for fact in bank.events(FundsReleased)] == [amount]
        stripe = bank.stripe
        asked = [intent.amount for intent in stripe.intents.values()]
        assert (
            asked == [row["amount"] for row in stripe.transfers.values()] == [row["amount"] for row in stripe.payouts.values()] == [amount]
        )
        bank.check()


@pytest.mark.parametrize(("currency", "at_stripe"), [("EUR", 100_000), ("JPY", 100_000), ("ISK", 10_000_000), ("UGX", 10_000_000)])
def test_stripes_own_counting_goes_there_and_back(currency: str, at_stripe: int) -> None:
    assert to_stripe(100_000, currency) == at_stripe
    assert from_stripe(at_stripe, currency) == 100_000


@pytest.mark.parametrize("first", ["release", "refund", "payout"])
def test_refund_and_payout_racing(first: str) -> None:
    """Each begins while another waits for Stripe's answer, for the same money: what leaves is never more than came in."""
    bank = Bank((60_000,))
    bank.accept()
    bank.fund()
    bank.release(amount=20_000)
    acts = {
        "release": lambda: bank.release(amount=40_000),
        "refund": lambda: bank.refund(amount=40_000),
        "payout": lambda: bank.pay_out(18_000),
    }
    others, refused = [name for name in acts if name != first], []

    def meanwhile(_: str) -> None:
        while others:
            name = others.pop()
            try:
                acts[name]()
            except DomainError as refusal:
                refused.append((name, type(refusal)))

    bank.stripe.answering = meanwhile
    acts[first]()
    bank.stripe.payout_status = MovementStatus.SUCCEEDED
    for row in bank.stripe.payouts.values():
        row["status"] = MovementStatus.SUCCEEDED
    bank.settle()
    funded, held, released, refunded, fees = bank.sums()
    assert (funded, held) == (60_000, 0)
    assert (released, refunded, fees) in ((54_000, 0, 6_000), (18_000, 40_000, 2_000))
    assert len(refused) == 1
    assert refused[0][1] in (AmountAboveHeld, MilestoneNotHeld)
    assert len(bank.stripe.payouts) == 1
    assert bank.in_ledger(AccountKind.BANK) == 18_000
    bank.check()


@pytest.mark.parametrize("obstacle", ["not funded", "frozen", "Stripe away", "transfer refused", "refund under way", "approved twice"])
def test_an_approved_claim_does_not_stay_pending(bank: Bank, obstacle: str) -> None:
    """Work is approved while something is in the way: when that is gone it is paid, without anybody asking again."""
    if obstacle != "not funded":
        bank.fund(0)
    if obstacle == "frozen":
        bank.freeze()
    bank.stripe.down = obstacle == "Stripe away"
    if obstacle == "transfer refused":
        bank.stripe.refuse["transfer"] = ["account_invalid"] * 12
    if obstacle == "refund under way":
        bank.stripe.refund_status = MovementStatus.PENDING
        bank.refund(0)
    for _ in range(2 if obstacle == "approved twice" else 1):
        bank.approve(0)
    for _ in range(12):
        bank.resume(timedelta(minutes=11))

    if obstacle == "not funded":
        bank.fund(0)
    if obstacle == "frozen":
        assert bank.escrow.milestones[0].status is Status.HELD
        bank.unfreeze()
    bank.stripe.down = False
    if obstacle == "refund under way":
        bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    for _ in range(6):
        bank.resume(timedelta(minutes=11))
    assert bank.running == []
    assert bank.escrow.milestones[0].status is Status.RELEASED
    assert bank.balance().available.amount_minor == 54_000
    bank.check()


def test_every_journal_that_stripe_knows_of_has_one_line(bank: Bank) -> None:
    """Reconciling reads the journals: one that moved the platform's balance and tells of nothing would hide a double booking."""
    bank.fund()
    bank.release(0)
    bank.refund(1)
    lines = [line for row in bank.memory.table("journals").values() if (line := line_of(row)) is not None]
    assert sorted(line.amount for line in lines) == [-54_000, -40_000, 100_000]
