"""Accounts for payouts: opened once, asked about until they are enabled, and what they keep from being paid out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from payments_bank import START, Bank, person
from payments_fake_stripe import ASKED, ENABLED

from chassis.principal import Principal, StepUpRequired
from contracts.identity.roles import Role
from contracts.payments.commands import OpenPayoutAccount
from contracts.payments.events import PayoutAccountDue
from contracts.payments.views import EscrowMilestoneStatus, PayoutAccountStatus, PayoutAccountView, PayoutStatus
from payments.domain.currencies import step_of
from payments.domain.errors import EmailNotVerified, PayoutAccountNotReady, PayoutAccountRefused, PayoutTooSmall
from payments.domain.payout_account import PayoutAccount
from payments.domain.payout_rules import PayoutRules
from payments.domain.saga import Step
from payments.usecases.get_payout_account import GetPayoutAccountHandler
from payments.usecases.open_payout_account import OpenPayoutAccountHandler
from payments.usecases.payout_accounts import put_in_place

LIMITED = replace(ENABLED, payouts_enabled=False, requirements_due=("individual.verification.document",))


def opened(bank: Bank, by: Principal | None = None, *, country: str | None = None) -> PayoutAccountView:
    handler = OpenPayoutAccountHandler(bank.memory.unit_of_work, bank.stripe, bank.calls, bank.clock.now)
    return bank.call(lambda: handler(OpenPayoutAccount(country=country), by or bank.solver), None)


def shown(bank: Bank, by: Principal | None = None) -> PayoutAccountView:
    return GetPayoutAccountHandler(bank.memory.unit_of_work, bank.stripe, bank.clock.now)(by or bank.solver)


def test_onboarding_goes_from_nothing_to_enabled(bank: Bank) -> None:
    bank.stripe.new_account = ASKED
    assert shown(bank).status is PayoutAccountStatus.NONE
    view = opened(bank, country="DE")
    assert (view.status, view.payouts_enabled, view.requirements_due) == (PayoutAccountStatus.ONBOARDING, False, ("external_account",))
    assert view.onboarding_url == "https://connect.example/acct_1"
    assert view.onboarding_expires_at is not None

    bank.stripe.account_states["acct_1"] = ENABLED
    view = shown(bank)
    assert (view.status, view.requirements_due, view.onboarding_url) == (PayoutAccountStatus.ENABLED, (), None)
    assert shown(bank, bank.challenger).status is PayoutAccountStatus.NONE


def test_asked_twice_there_is_one_account(bank: Bank) -> None:
    opened(bank)
    opened(bank)
    bank.fund()
    bank.release(0)
    assert bank.stripe.accounts == [bank.solver.user_id]


def test_an_account_made_for_a_release_can_be_onboarded_later(bank: Bank) -> None:
    bank.stripe.new_account = ASKED
    bank.fund()
    bank.release(0)
    assert opened(bank).status is PayoutAccountStatus.ONBOARDING
    assert bank.stripe.accounts == [bank.solver.user_id]


def test_a_webhook_is_a_hint_to_ask(bank: Bank) -> None:
    opened(bank)
    bank.stripe.account_states["acct_1"] = LIMITED
    for _ in range(3):
        bank.webhook("evt_1", bank.solver.user_id, event_type="account.updated")
    account = bank.memory.table("accounts")[bank.solver.user_id]
    assert (account.state, account.status, account.version) == (LIMITED, PayoutAccountStatus.RESTRICTED, 2)
    bank.webhook("evt_2", bank.challenger.user_id, event_type="account.updated")  # who has none
    bank.stripe.down = True
    bank.webhook("evt_3", bank.solver.user_id, event_type="account.updated")
    assert shown(bank).status is PayoutAccountStatus.RESTRICTED


def test_who_is_unverified_or_in_a_country_without_payouts_is_refused(bank: Bank) -> None:
    with pytest.raises(EmailNotVerified):
        opened(bank, person(Role.SOLVER, email_verified=False))
    bank.stripe.refuse["create_account"] = ["country_unsupported"]
    with pytest.raises(PayoutAccountRefused) as refusal:
        opened(bank, country="AQ")
    assert [(error.pointer, error.detail) for error in refusal.value.fields] == [("/country", "country_unsupported")]
    assert shown(bank).status is PayoutAccountStatus.NONE


def test_an_account_that_is_not_enabled_is_not_paid_and_nothing_is_set_aside(bank: Bank) -> None:
    bank.stripe.new_account = LIMITED
    bank.fund()
    bank.release(0)
    with pytest.raises(PayoutAccountNotReady):
        bank.pay_out(9_000)
    assert bank.balance().available.amount_minor == 54_000
    bank.stripe.account_states["acct_1"] = ENABLED  # the webhook has not come yet
    assert bank.pay_out(9_000).status is PayoutStatus.IN_TRANSIT
    bank.check()


@pytest.mark.parametrize(("currency", "minimum"), [("EUR", 100), ("JPY", 1), ("KWD", 1000)])
def test_the_minimum_is_a_whole_unit_of_the_currency(currency: str, minimum: int) -> None:
    rules = PayoutRules(1, 500)
    rules.check_amount(minimum, currency)
    with pytest.raises(PayoutTooSmall):
        rules.check_amount(minimum - step_of(currency), currency)
    assert rules.wants_step_up(500 * minimum, currency)
    assert not rules.wants_step_up(500 * minimum - 1, currency)


def test_a_payout_below_the_minimum_names_the_field(bank: Bank) -> None:
    with pytest.raises(PayoutTooSmall) as refusal:
        bank.pay_out(99)
    assert [(error.pointer, error.detail) for error in refusal.value.fields] == [("/amount/amount_minor", "must be at least 100")]


def test_a_large_payout_wants_a_fresh_proof_of_who_asks() -> None:
    bank = Bank((2_000_000,))
    bank.accept()
    bank.fund()
    bank.release(0)
    assert bank.pay_out(999_999).status is PayoutStatus.IN_TRANSIT
    for minutes_ago in (None, 11):
        at = None if minutes_ago is None else START - timedelta(minutes=minutes_ago)
        with pytest.raises(StepUpRequired):
            bank.pay_out(1_000_000, by=replace(bank.solver, authenticated_at=at))
    assert bank.balance().available.amount_minor == 800_001


def test_a_large_payout_goes_out_on_a_fresh_proof() -> None:
    bank = Bank((2_000_000,))
    bank.accept()
    bank.fund()
    bank.release(0)
    fresh = replace(bank.solver, authenticated_at=START - timedelta(minutes=9))
    assert bank.pay_out(1_800_000, by=fresh).status is PayoutStatus.IN_TRANSIT


def test_what_is_not_settled_yet_is_pending_and_cannot_be_paid_out(bank: Bank) -> None:
    bank.stripe.settled_on = START + timedelta(days=2)
    bank.fund()
    bank.release(0)
    balance = bank.balance()
    assert (balance.pending.amount_minor, balance.available.amount_minor) == (54_000, 0)
    bank.resume(timedelta(days=1))
    assert bank.balance().pending.amount_minor == 54_000
    bank.resume(timedelta(days=1))
    bank.resume()
    balance = bank.balance()
    assert (balance.pending.amount_minor, balance.available.amount_minor) == (0, 54_000)
    assert bank.running == []
    bank.check()


def test_an_account_is_told_apart_by_what_the_processor_says() -> None:
    account = PayoutAccount.opened("u", "acct_1", ASKED, START)
    assert account.status is PayoutAccountStatus.ONBOARDING
    assert account.told(replace(ENABLED, transfers_enabled=False), START).status is PayoutAccountStatus.RESTRICTED
    assert account.told(ENABLED, START).status is PayoutAccountStatus.ENABLED


def test_a_release_to_somebody_without_an_account_is_booked_waits_and_is_no_alarm(bank: Bank) -> None:
    """The payer sees the milestone as released and what is not sent yet, the solver sees the money as pending and what is due."""
    bank.stripe.new_account = ASKED
    bank.fund()
    view = bank.release(0)
    assert (view.released.amount_minor, view.fees.amount_minor, view.held.amount_minor) == (54_000, 6_000, 40_000)
    assert view.milestones[0].status is EscrowMilestoneStatus.RELEASED
    assert view.awaiting_account is not None
    assert view.awaiting_account.amount_minor == 54_000
    balance = bank.balance()
    assert (balance.available.amount_minor, balance.pending.amount_minor) == (0, 54_000)
    assert balance.awaiting_account is not None
    assert balance.awaiting_account.amount_minor == 54_000
    assert shown(bank).requirements_due == ("external_account",)
    (due,) = bank.events(PayoutAccountDue)
    assert (due.recipient_id, due.amount.amount_minor) == (bank.solver.user_id, 54_000)

    for _ in range(100):
        bank.resume(timedelta(hours=2))
    (saga,) = bank.running
    assert (saga.stuck, saga.last_error) == (False, None)
    assert bank.told() == {"EscrowFunded": 1, "FundsReleased": 1, "PayoutAccountDue": 1}
    assert bank.stripe.transfers == {}
    with pytest.raises(PayoutAccountNotReady):
        bank.pay_out(9_000)
    bank.check()


@pytest.mark.parametrize("how", ["a webhook", "a look", "nothing but time"])
def test_what_waited_for_an_account_is_sent_once_it_is_enabled(bank: Bank, how: str) -> None:
    bank.stripe.new_account = ASKED
    bank.fund()
    bank.release(0)
    bank.approve(1)
    bank.resume(timedelta(seconds=1))
    assert {saga.step for saga in bank.running} == {Step.AWAIT_ACCOUNT}
    bank.stripe.onboard()
    if how == "a webhook":
        for event in ("evt_1", "evt_1", "evt_2"):
            bank.webhook(event, bank.solver.user_id, event_type="account.updated")
    if how == "a look":
        assert shown(bank).status is PayoutAccountStatus.ENABLED
    bank.resume(timedelta(hours=2) if how == "nothing but time" else timedelta(seconds=1))
    assert bank.running == []
    assert sorted(row["amount"] for row in bank.stripe.transfers.values()) == [36_000, 54_000]
    balance = bank.balance()
    assert (balance.available.amount_minor, balance.pending.amount_minor) == (90_000, 0)
    assert bank.escrow.waiting == ()
    assert bank.told()["FundsReleased"] == 2
    bank.pay_out(90_000)
    bank.check()


def test_an_account_that_is_closed_again_before_the_transfer_waits_again(bank: Bank) -> None:
    bank.stripe.new_account = ASKED
    bank.fund()
    bank.release(0)
    bank.stripe.onboard()

    def closing(name: str) -> None:
        """Between the look, which said that all is well, and the transfer."""
        if name == "get_account":
            bank.stripe.onboard(ASKED)

    bank.stripe.looked = closing
    bank.resume(timedelta(hours=2))
    bank.stripe.looked = lambda name: None
    assert [saga.step for saga in bank.running] == [Step.AWAIT_ACCOUNT]
    bank.stripe.onboard()
    bank.resume(timedelta(hours=2))
    assert bank.running == []
    assert bank.told() == {"EscrowFunded": 1, "FundsReleased": 1, "PayoutAccountDue": 1}
    assert bank.balance().available.amount_minor == 54_000
    bank.check()


def test_what_is_not_settled_when_its_account_comes_is_pending_still(bank: Bank) -> None:
    bank.stripe.new_account, bank.stripe.settled_on = ASKED, START + timedelta(days=2)
    bank.fund()
    bank.release(0)
    bank.stripe.onboard()
    bank.resume(timedelta(hours=2))
    balance = bank.balance()
    assert (balance.available.amount_minor, balance.pending.amount_minor) == (0, 54_000)
    assert balance.awaiting_account is not None
    assert balance.awaiting_account.amount_minor == 0
    bank.resume(timedelta(days=2))
    assert bank.balance().available.amount_minor == 54_000
    bank.check()


def test_who_closed_their_account_is_owed_opens_another_and_is_paid_there(bank: Bank) -> None:
    opened(bank)
    bank.fund()
    del bank.stripe.account_states["acct_1"]
    bank.release(0)
    assert [saga.step for saga in bank.running] == [Step.AWAIT_ACCOUNT]
    assert (bank.escrow.released, len(bank.events(PayoutAccountDue))) == (54_000, 1)
    view = shown(bank)
    assert (view.transfers_enabled, view.payouts_enabled, view.disabled_reason) == (False, False, "account_gone")
    with pytest.raises(PayoutAccountNotReady):
        bank.pay_out(1_000)

    bank.stripe.new_account = ASKED
    assert opened(bank).onboarding_url == opened(bank).onboarding_url == "https://connect.example/acct_2"
    assert bank.stripe.accounts == [bank.solver.user_id] * 2
    bank.stripe.onboard()
    assert shown(bank).status is PayoutAccountStatus.ENABLED
    bank.resume()
    assert bank.running == []
    assert [row["to"] for row in bank.stripe.transfers.values()] == ["acct_2"]
    assert bank.pay_out(54_000).status is PayoutStatus.IN_TRANSIT
    bank.check()


def test_what_waited_is_sent_at_once_to_an_account_that_is_enabled_from_the_start(bank: Bank) -> None:
    opened(bank)
    bank.fund()
    del bank.stripe.account_states["acct_1"]
    bank.release(0)
    opened(bank)
    bank.resume()
    assert (bank.running, bank.balance().available.amount_minor) == ([], 54_000)


def test_of_two_who_replace_an_account_at_once_both_are_shown_the_one_that_is_recorded(bank: Bank) -> None:
    opened(bank)
    gone = bank.memory.table("accounts")[bank.solver.user_id]
    for account_id in ("acct_2", "acct_3"):
        with bank.memory.unit_of_work() as work:
            assert put_in_place(work, gone, account_id, ENABLED, START).account_id == "acct_2"
