"""What the bank changes its mind about, what comes in the wrong order, and a processor that wants to be left alone."""

from __future__ import annotations

from datetime import timedelta

from payments_bank import Bank

from contracts.payments.events import EscrowFunded
from payments.domain.errors import ProviderBusy, ProviderUnavailable
from payments.domain.milestone import Status
from payments.domain.saga import LONGEST_PAUSE, RefundOrder, Saga
from payments.usecases.ports import IntentStatus, MovementStatus


def refund_of(bank: Bank) -> Saga:
    (saga,) = (saga for saga in bank.sagas if isinstance(saga.order, RefundOrder))
    return saga


def test_a_refund_that_fails_after_it_had_arrived_is_booked_back_once(bank: Bank) -> None:
    bank.fund()
    bank.refund(1)
    assert bank.sums() == (100_000, 60_000, 0, 40_000, 0)
    saga = refund_of(bank)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    for event in ("evt_1", "evt_1", "evt_2", "evt_3"):
        bank.webhook(event, saga.id, event_type="refund.failed")
    assert bank.sums() == (100_000, 100_000, 0, 0, 0)
    assert bank.escrow.milestones[1].status is Status.HELD
    assert [key for key in bank.memory.table("journals") if "refund" in key] == [f"refund:{saga.id}", f"refund_returned:{saga.id}"]
    told = [(fact.amount.amount_minor, fact.milestone_ids) for fact in bank.events(EscrowFunded)]
    assert told == [(100_000, bank.milestone_ids), (40_000, bank.milestone_ids[1:])]
    bank.check()
    bank.release(1)
    bank.check()


def test_a_refund_that_is_told_of_again_stays_as_it_is(bank: Bank) -> None:
    bank.fund()
    bank.refund(1)
    for event in ("evt_1", "evt_2"):
        bank.webhook(event, refund_of(bank).id, event_type="refund.updated")
    assert (bank.sums(), bank.running) == ((100_000, 60_000, 0, 40_000, 0), [])
    bank.check()


def test_a_refund_that_comes_back_after_the_milestone_was_funded_anew_is_made_again(bank: Bank) -> None:
    bank.fund()
    bank.refund(1)
    bank.fund(1)
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    bank.webhook("evt_1", refund_of(bank).id, event_type="refund.failed")
    bank.resume(timedelta(minutes=11))
    assert ([row["charge"] for row in bank.stripe.refunds.values()], bank.running) == (["ch_pi_0", "ch_pi_0"], [])
    assert bank.sums() == (140_000, 100_000, 0, 40_000, 0)
    bank.check()


def test_refunded_before_succeeded_ends_as_refunded(bank: Bank) -> None:
    """The webhook of the refund arrives, week-old ones of the payment follow: each asks, none believes."""
    bank.fund(method="pm_bankDebit")
    (fund,) = bank.running
    bank.webhook("evt_refunded", fund.id, event_type="charge.refunded")
    assert bank.escrow.held == 0
    bank.stripe.succeed("pi_0")
    bank.webhook("evt_succeeded", fund.id)
    bank.refund(1)
    bank.clock.advance(timedelta(days=7))
    for event_type in ("payment_intent.processing", "payment_intent.succeeded", "charge.refunded", "payment_intent.payment_failed"):
        bank.webhook(f"late {event_type}", fund.id, event_type=event_type)
    assert bank.sums() == (100_000, 60_000, 0, 40_000, 0)
    assert bank.stripe.intents["pi_0"].status is IntentStatus.SUCCEEDED
    bank.check()


def test_a_processor_that_wants_to_be_left_alone_is_not_asked_before(bank: Bank) -> None:
    def busy(name: str) -> None:
        raise ProviderBusy(timedelta(seconds=90))

    bank.stripe.asked = busy
    bank.fund()
    calls = len(bank.stripe.calls)
    bank.stripe.asked = lambda name: None
    bank.resume(timedelta(seconds=89))
    assert len(bank.stripe.calls) == calls
    bank.resume(timedelta(seconds=2))
    assert bank.escrow.held == 100_000
    bank.check()


def test_a_clock_that_is_set_back_delays_nothing(bank: Bank) -> None:
    """Whoever led the saga died, and what it wrote lies an hour ahead now."""

    def away(name: str) -> None:
        raise ProviderUnavailable

    bank.stripe.asked = away
    bank.fund()
    bank.stripe.asked = lambda name: None
    bank.resume(timedelta(hours=-1))
    assert bank.escrow.held == 100_000
    bank.check()


def test_a_processor_that_wants_to_be_left_alone_for_long_is_asked_after_the_longest_pause(bank: Bank) -> None:
    def busy(name: str) -> None:
        raise ProviderBusy(timedelta(hours=1))

    bank.stripe.asked = busy
    bank.fund()
    calls = len(bank.stripe.calls)
    bank.stripe.asked = lambda name: None
    bank.resume()
    assert len(bank.stripe.calls) == calls
    bank.resume(LONGEST_PAUSE)
    assert bank.escrow.held == 100_000
