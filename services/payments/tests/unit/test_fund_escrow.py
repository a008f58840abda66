"""Funding: one charge, whoever asks and however often."""

from datetime import timedelta

import pytest
from payments_bank import START, Bank, person

from contracts.identity.roles import Role
from contracts.payments.events import EscrowFunded, FundingFailed
from contracts.payments.views import EscrowMilestoneStatus, EscrowStatus
from payments.domain.errors import (
    AlreadyFunded,
    EmailNotVerified,
    EscrowClosed,
    EscrowNotFound,
    MilestoneNotFound,
    NotThePayer,
    PaymentDeclined,
)
from payments.domain.milestone import Status
from payments.usecases.ports import IntentStatus, MovementStatus


def test_all_milestones_are_funded_by_one_charge(bank: Bank) -> None:
    view = bank.fund()

    assert view.status is EscrowStatus.FUNDED
    assert (view.funded.amount_minor, view.held.amount_minor) == (100_000, 100_000)
    assert [intent.amount for intent in bank.stripe.intents.values()] == [100_000]
    (fact,) = bank.events(EscrowFunded)
    assert (fact.milestone_ids, fact.amount.amount_minor) == (bank.milestone_ids, 100_000)
    bank.check()


def test_one_milestone_is_funded_alone(bank: Bank) -> None:
    view = bank.fund(1)

    assert [step.status for step in view.milestones] == [EscrowMilestoneStatus.UNFUNDED, EscrowMilestoneStatus.HELD]
    assert view.held.amount_minor == 40_000
    bank.check()


def test_the_same_key_again_gives_the_same_answer_and_no_charge(bank: Bank) -> None:
    assert bank.fund(0, key="k") == bank.fund(0, key="k")
    assert len(bank.stripe.intents) == 1


def test_another_key_on_a_funded_milestone_is_refused(bank: Bank) -> None:
    bank.fund(0, key="one")
    with pytest.raises(AlreadyFunded):
        bank.fund(0, key="two")
    bank.check()


def test_whoever_asks_while_it_is_being_funded_joins_and_sees_the_outcome(bank: Bank) -> None:
    bank.stripe.down = True
    first = bank.fund(0)
    assert first.status is EscrowStatus.FUNDING

    bank.stripe.down = False
    bank.patience.meanwhile = lambda: bank.resume(timedelta(seconds=31))
    second = bank.fund(0)

    assert second.milestones[0].status is EscrowMilestoneStatus.HELD
    assert len(bank.stripe.intents) == 1
    bank.check()


def test_a_declined_card_leaves_the_milestones_unfunded_and_says_why(bank: Bank) -> None:
    with pytest.raises(PaymentDeclined) as refusal:
        bank.fund(method="pm_card_chargeDeclined")

    assert refusal.value.fields[0].detail == "generic_decline"
    assert bank.escrow.status is EscrowStatus.UNFUNDED
    assert [fact.code for fact in bank.events(FundingFailed)] == ["generic_decline"]
    assert {intent.status for intent in bank.stripe.intents.values()} == {IntentStatus.CANCELED}
    bank.check()


def test_a_declined_request_sent_again_gets_the_same_answer_and_another_card_may_be_tried(bank: Bank) -> None:
    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            bank.fund(method="pm_card_chargeDeclined", key="k")
    assert len(bank.stripe.intents) == 1

    assert bank.fund().held.amount_minor == 100_000
    bank.check()


def test_a_payment_method_that_does_not_exist_is_a_decline(bank: Bank) -> None:
    with pytest.raises(PaymentDeclined) as refusal:
        bank.fund(method="pm_missing")
    assert refusal.value.fields[0].detail == "resource_missing"
    assert bank.escrow.status is EscrowStatus.UNFUNDED


def test_an_amount_stripe_does_not_take_is_a_decline(bank: Bank) -> None:
    bank.stripe.refuse["create_intent"] = ["amount_too_large"]
    with pytest.raises(PaymentDeclined) as refusal:
        bank.fund()
    assert refusal.value.fields[0].detail == "amount_too_large"
    bank.check()


def test_a_bank_that_wants_more_gets_the_payer_a_link_that_only_the_payer_sees(bank: Bank) -> None:
    view = bank.fund(0, method="pm_card_authenticationRequired")

    assert view.status is EscrowStatus.REQUIRES_ACTION
    assert view.action_url == "https://bank.example/3ds"
    assert (view.action_client_secret, view.action_expires_at) == ("pi_0_secret", START + timedelta(hours=1))
    (saga,) = bank.running
    bank.stripe.succeed("pi_0")
    bank.webhook("evt_1", saga.id)
    assert bank.escrow.milestone(bank.milestone_ids[0]).status is Status.HELD
    assert bank.escrow.action is None
    bank.check()


def test_without_a_webhook_the_timer_finds_out(bank: Bank) -> None:
    bank.fund(method="pm_card_authenticationRequired")
    bank.stripe.succeed("pi_0")
    bank.resume(timedelta(seconds=3))
    assert bank.escrow.held == 100_000
    bank.check()


def test_an_authentication_that_nobody_completes_is_given_up_after_an_hour(bank: Bank) -> None:
    bank.fund(method="pm_card_authenticationRequired")
    bank.resume(timedelta(minutes=61))
    bank.settle()
    assert bank.escrow.status is EscrowStatus.UNFUNDED
    assert [fact.code for fact in bank.events(FundingFailed)] == ["authentication_expired"]
    assert bank.stripe.intents["pi_0"].status is IntentStatus.CANCELED


def test_a_payer_who_completes_while_it_is_given_up_has_paid(bank: Bank) -> None:
    bank.fund(method="pm_card_authenticationRequired")

    def complete(call: str) -> None:
        if call == "cancel_intent":
            bank.stripe.succeed("pi_0")

    bank.stripe.asked = complete
    bank.resume(timedelta(minutes=61))
    bank.settle()
    assert bank.escrow.held == 100_000
    bank.check()


def test_a_slow_payment_is_funding_until_it_arrives(bank: Bank) -> None:
    assert bank.fund(method="pm_bankDebit").status is EscrowStatus.FUNDING
    bank.resume(timedelta(days=2))
    assert bank.escrow.status is EscrowStatus.FUNDING
    bank.stripe.succeed("pi_0")
    bank.resume(timedelta(minutes=10))
    assert bank.escrow.held == 100_000
    bank.check()


def test_while_stripe_is_away_the_answer_is_funding_and_it_goes_on_by_itself(bank: Bank) -> None:
    bank.stripe.down = True
    assert bank.fund().status is EscrowStatus.FUNDING
    bank.stripe.down = False
    bank.settle()
    assert bank.escrow.held == 100_000
    bank.check()


def test_an_answer_that_was_lost_is_asked_for_again_and_charges_nothing_more(bank: Bank) -> None:
    bank.stripe.mute = True
    assert bank.fund().status is EscrowStatus.FUNDING
    bank.resume(timedelta(seconds=31))
    bank.stripe.mute = False
    bank.settle()
    assert len(bank.stripe.intents) == 1
    bank.check()


def test_who_may_fund(bank: Bank) -> None:
    with pytest.raises(EscrowNotFound):
        bank.fund(by=person(Role.CHALLENGER))
    with pytest.raises(NotThePayer):
        bank.fund(by=bank.solver)
    with pytest.raises(NotThePayer):
        bank.fund(by=bank.finance)


def test_an_unverified_address_may_not_fund() -> None:
    bank = Bank()
    bank.challenger = person(Role.CHALLENGER, email_verified=False)
    bank.accept()
    with pytest.raises(EmailNotVerified):
        bank.fund()
    assert bank.stripe.calls == []


def test_before_the_engagement_is_known_there_is_nothing_to_fund() -> None:
    with pytest.raises(EscrowNotFound):
        Bank().fund()


def test_a_milestone_of_another_challenge_is_not_found(bank: Bank) -> None:
    other = Bank()
    bank.milestone_ids = other.milestone_ids
    with pytest.raises(MilestoneNotFound):
        bank.fund(0)


def test_a_cancelled_challenge_takes_no_money(bank: Bank) -> None:
    bank.cancel()
    with pytest.raises(EscrowClosed):
        bank.fund()


def test_a_charge_of_another_amount_than_was_asked_is_not_booked(bank: Bank) -> None:
    bank.fund(0, method="pm_bankDebit")
    bank.stripe.become("pi_0", IntentStatus.SUCCEEDED, charge_id="ch_pi_0", amount=600)
    bank.resume(timedelta(seconds=3))
    assert bank.escrow.held == 0
    assert bank.events(EscrowFunded) == []


@pytest.fixture
def failed_again(bank: Bank) -> Bank:
    """A third was paid, the rest went back, and what it was to be funded with again was declined."""
    bank.fund(0)
    bank.release(amount=20_000)
    bank.refund(0)
    with pytest.raises(PaymentDeclined):
        bank.fund(0, method="pm_card_chargeDeclined")
    return bank


def test_what_was_given_back_and_could_not_be_funded_again_stays_given_back(failed_again: Bank) -> None:
    bank = failed_again
    assert bank.escrow.milestones[0].status is Status.REFUNDED
    bank.fund()
    assert [intent.amount for intent in bank.stripe.intents.values() if intent.status is IntentStatus.SUCCEEDED] == [60_000, 40_000]
    bank.take_back(0)
    assert bank.sums() == (100_000, 40_000, 0, 60_000, 0)
    bank.check()


def test_it_may_be_funded_by_its_name_and_what_the_bank_returns_of_it_is_held(failed_again: Bank) -> None:
    bank = failed_again
    (refund,) = bank.stripe.refunds.values()
    refund["status"] = MovementStatus.FAILED
    bank.webhook("evt_back", refund["saga"], event_type="refund.failed")
    assert (bank.running, bank.sums()) == ([], (60_000, 40_000, 18_000, 0, 2_000))
    bank.refund(0)
    assert bank.fund(0).held.amount_minor == 40_000
    bank.check()
