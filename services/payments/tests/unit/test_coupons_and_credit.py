"""Coupons and credit: the platform bears them, never more than its fee; limits hold under races; a refund returns what was paid."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from payments_bank import START, Bank
from payments_fakes import FakeUnitOfWork
from pydantic import ValidationError

from chassis.ids import new_id
from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.identity.events import ReferralQualified
from contracts.money import Price
from contracts.payments.coupon_commands import CreateCoupon, EndCoupon
from contracts.payments.coupon_views import CouponView, CreditCause
from contracts.payments.events import CreditGranted, EscrowFunded, FundsRefunded
from contracts.payments.queries import ListCoupons
from payments.domain.coupon_errors import CouponExists, CouponNotFound, CouponNotValid, NoCredit
from payments.domain.errors import FinanceOnly, PaymentDeclined
from payments.domain.ledger import AccountKind
from payments.settings import Settings
from payments.usecases.create_coupon import CreateCouponHandler
from payments.usecases.end_coupon import EndCouponHandler
from payments.usecases.list_coupons import ListCouponsHandler
from payments.usecases.ports import MovementStatus
from payments.usecases.reward_referral import RewardReferralHandler

KEYS = '{"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}'  # RFC 8037, appendix A.2
CREDIT, CAME = Price(amount_minor=1_000, currency="EUR"), new_id("user")


def charged(bank: Bank) -> list[int]:
    return [intent.amount for intent in bank.stripe.intents.values() if intent.charge_id]


def test_a_coupon_lowers_what_is_charged_and_nothing_else(bank: Bank) -> None:
    bank.coupon()
    view = bank.fund(coupon="WELCOME")
    assert charged(bank) == [95_000]
    assert view.held.amount_minor == 100_000
    assert view.sponsored is not None
    assert view.sponsored.amount_minor == 5_000
    assert [fact.amount.amount_minor for fact in bank.events(EscrowFunded)] == [100_000]
    bank.release(0)
    bank.release(1)
    assert bank.sums() == (100_000, 0, 90_000, 0, 10_000)
    assert (bank.in_ledger(AccountKind.PROMOTION), bank.in_ledger(AccountKind.FEES)) == (-5_000, 10_000)
    bank.check()


def test_a_coupon_of_a_part_is_rounded_down_and_never_above_the_fee(bank: Bank) -> None:
    bank.coupon("SMALL", basis_points=333)
    bank.coupon("HUGE", basis_points=10_000)
    bank.fund(0, coupon="SMALL")
    bank.fund(1, coupon="HUGE")
    assert charged(bank) == [60_000 - 1_998, 40_000 - 4_000]
    bank.release(0)
    bank.release(1)
    bank.check()


def test_a_refund_returns_what_was_paid_and_not_more(bank: Bank) -> None:
    bank.coupon()
    bank.fund(coupon="WELCOME")
    bank.refund(0)
    bank.refund(1)
    assert sum(row["amount"] for row in bank.stripe.refunds.values()) == 95_000
    assert sum(fact.amount.amount_minor for fact in bank.events(FundsRefunded)) == 95_000
    assert bank.in_ledger(AccountKind.PROMOTION) == 0
    assert bank.sums() == (100_000, 0, 0, 100_000, 0)
    bank.check()


@settings(max_examples=60, deadline=None)
@given(
    amount=st.integers(100, 100_000),
    points=st.integers(1, 10_000),
    parts=st.lists(st.tuples(st.booleans(), st.integers(2, 40_000)), max_size=5),
)
def test_however_it_is_split_the_payer_gets_back_no_more_and_the_charge_covers_all(
    amount: int, points: int, parts: list[tuple[bool, int]]
) -> None:
    bank = Bank((amount,))
    bank.accept()
    bank.coupon(basis_points=points)
    try:
        bank.fund(coupon="WELCOME")
    except CouponNotValid:
        bank.fund()
    for out, part in parts:
        if part > bank.escrow.held:
            continue
        _ = bank.release(amount=part) if out else bank.refund(amount=part)
    if bank.escrow.held > 1:
        bank.refund(amount=bank.escrow.held)
    (paid,) = charged(bank)
    sent = sum(row["amount"] for row in bank.stripe.transfers.values())
    back = sum(row["amount"] for row in bank.stripe.refunds.values())
    assert back + sent <= paid + 1
    assert back <= paid
    assert bank.running == []
    bank.check()


def test_what_was_released_and_is_taken_back_is_refunded_as_it_was_paid(bank: Bank) -> None:
    bank.coupon()
    bank.fund(0, coupon="WELCOME")
    bank.release(0)
    bank.take_back(0)
    assert [row["amount"] for row in bank.stripe.refunds.values()] == [55_000]
    assert bank.in_ledger(AccountKind.PROMOTION) == 0
    assert bank.sums() == (60_000, 0, 0, 60_000, 0)
    bank.check()


def test_the_rest_is_sent_out_of_its_charge_also_after_a_part_was_taken_back() -> None:
    """A fee of the rest alone would be 28, less than the 29 that the platform paid of it: more would be sent than the charge has left."""
    bank = Bank((60_357, 40_000), currency="JPY")
    bank.accept()
    bank.grant(10_000)
    bank.fund(0, credit=True)
    assert charged(bank) == [54_321]
    bank.release(amount=60_073)
    bank.take_back(0)
    bank.release(0)
    assert bank.running == []
    assert [row["amount"] for row in bank.stripe.transfers.values()] == [54_066, 255]
    assert bank.sums() == (60_357, 0, 255, 60_073, 29)
    bank.check()


def test_credit_pays_up_to_the_fee_and_comes_back_with_a_refund(bank: Bank) -> None:
    assert bank.grant(5_000, key="k").credit.amount_minor == 5_000
    assert bank.grant(5_000, key="k").credit.amount_minor == 5_000
    bank.fund(1, credit=True)
    assert charged(bank) == [36_000]
    assert bank.in_ledger(AccountKind.CREDIT) == 1_000
    bank.refund(amount=20_000)
    assert [row["amount"] for row in bank.stripe.refunds.values()] == [18_000]
    assert bank.in_ledger(AccountKind.CREDIT) == 3_000
    bank.release(1)
    assert (bank.in_ledger(AccountKind.CREDIT), bank.in_ledger(AccountKind.PROMOTION)) == (3_000, -2_000)
    bank.check()


def test_a_refund_that_the_bank_returns_takes_the_credit_again(bank: Bank) -> None:
    bank.grant(5_000)
    bank.fund(1, credit=True)
    bank.refund(1)
    assert bank.in_ledger(AccountKind.CREDIT) == 5_000
    bank.stripe.refunds["re_0"]["status"] = MovementStatus.FAILED
    bank.webhook("evt_1", bank.stripe.refunds["re_0"]["saga"], event_type="refund.failed")
    assert bank.in_ledger(AccountKind.CREDIT) == 1_000
    assert bank.sums() == (40_000, 40_000, 0, 0, 0)
    bank.check()


def test_without_credit_or_a_fee_there_is_nothing_to_use(bank: Bank) -> None:
    with pytest.raises(NoCredit):
        bank.fund(credit=True)
    free = Bank((60_000,), fee_basis_points=0)
    free.accept()
    free.grant(5_000)
    free.coupon()
    with pytest.raises(NoCredit):
        free.fund(credit=True)
    with pytest.raises(CouponNotValid):
        free.fund(coupon="WELCOME")
    assert free.sums() == (0, 0, 0, 0, 0)


def test_a_funding_that_fails_gives_coupon_and_credit_back(bank: Bank) -> None:
    bank.coupon()
    bank.grant(5_000)
    for gift in ({"coupon": "WELCOME"}, {"credit": True}):
        with pytest.raises(PaymentDeclined):
            bank.fund(0, method="pm_card_chargeDeclined", **gift)
    assert bank.in_ledger(AccountKind.CREDIT) == 5_000
    assert bank.memory.table("coupons")["WELCOME"].redeemed == 0
    bank.fund(0, coupon="WELCOME")
    bank.fund(1, credit=True)
    assert charged(bank) == [55_000, 36_000]
    bank.check()


def test_the_same_request_again_uses_a_coupon_once(bank: Bank) -> None:
    bank.coupon(per_person_limit=2)
    bank.fund(0, coupon="WELCOME", key="k")
    bank.fund(0, coupon="WELCOME", key="k")
    assert bank.memory.table("coupons")["WELCOME"].redeemed == 1


def test_the_last_one_goes_to_one_of_those_who_ask_at_once() -> None:
    """Two engagements over one memory: while the first asks Stripe the second takes the coupon, which has a limit of one."""
    first = Bank((60_000,))
    second = Bank((60_000,), memory=first.memory)
    for bank in (first, second):
        bank.accept()
    first.coupon(total_limit=1)
    refused = []

    def meanwhile(call: str) -> None:
        if call == "create_intent":
            first.stripe.answering = lambda _: None
            with pytest.raises(CouponNotValid) as refusal:
                second.fund(coupon="WELCOME")
            refused.append(refusal.value.fields[0].detail)

    first.stripe.answering = meanwhile
    first.fund(coupon="WELCOME")
    assert refused == ["has been used up"]
    assert first.memory.table("coupons")["WELCOME"].redeemed == 1


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"valid_from": START + timedelta(days=1)}, "is not valid now"),
        ({"valid_until": START}, "is not valid now"),
        ({"currency": "USD", "basis_points": 100}, "is for USD"),
        ({"total_limit": 1, "per_person_limit": 5}, "has been used up"),
        ({}, "has been used by you before"),
    ],
    ids=["too early", "too late", "another currency", "used up", "used before"],
)
def test_a_coupon_has_limits(bank: Bank, terms: dict[str, object], why: str) -> None:
    what = {} if "basis_points" in terms else {"amount": bank.price(5_000)}
    command = CreateCoupon.model_validate({"code": "WELCOME", "currency": "EUR", **what, **terms})
    CreateCouponHandler(bank.memory.unit_of_work, bank.clock.now)(command, bank.finance)
    if why.startswith("has been used"):
        bank.fund(0, coupon="WELCOME")
    with pytest.raises(CouponNotValid) as refusal:
        bank.fund(1, coupon="WELCOME")
    assert [(error.pointer, error.detail) for error in refusal.value.fields] == [("/coupon_code", why)]
    with pytest.raises(CouponNotValid):
        bank.fund(1, coupon="UNKNOWN")


def test_coupons_are_made_and_seen_by_finance(bank: Bank) -> None:
    bank.coupon("B-2")
    bank.coupon("A-1")
    with pytest.raises(CouponExists):
        bank.coupon("A-1")
    listing = ListCouponsHandler(bank.memory.unit_of_work)
    page = listing(ListCoupons(limit=1), bank.finance)
    assert ([coupon.code for coupon in page.items], page.next_cursor) == (["A-1"], "A-1")
    with pytest.raises(FinanceOnly):
        listing(ListCoupons(), bank.challenger)
    bank.finance = bank.challenger
    with pytest.raises(FinanceOnly):
        bank.coupon("C-3")
    with pytest.raises(FinanceOnly):
        bank.grant(1)


def ends(bank: Bank, by: Principal | None = None, code: str = "WELCOME") -> CouponView:
    handler = EndCouponHandler(bank.memory.unit_of_work, bank.clock.now)
    return bank.call(lambda: handler(EndCoupon(code=code, reason="It went round."), by or bank.finance), None)


def test_a_coupon_that_was_ended_is_used_no_more_and_told_of_once(bank: Bank) -> None:
    bank.coupon()
    with pytest.raises(FinanceOnly):
        ends(bank, bank.challenger)
    with pytest.raises(CouponNotFound):
        ends(bank, code="NOBODY-KNOWS")
    first = ends(bank)
    bank.clock.advance(timedelta(minutes=1))
    assert first.ended_at == ends(bank).ended_at == START
    acts = [(act.action, act.target, act.reason) for act in bank.events(ActionTaken) if act.action == "coupons.ended"]
    assert acts == [("coupons.ended", "WELCOME", "It went round.")]
    with pytest.raises(CouponNotValid) as refused:
        bank.fund(coupon="WELCOME")
    assert refused.value.fields[0].detail == "has ended"
    assert charged(bank) == []


def test_a_funding_that_has_begun_keeps_what_an_ended_coupon_gave(bank: Bank) -> None:
    bank.coupon()
    bank.fund(coupon="WELCOME", method="pm_card_authenticationRequired")
    ends(bank)
    bank.stripe.succeed("pi_0")
    bank.resume(timedelta(minutes=11))
    assert (charged(bank), bank.in_ledger(AccountKind.PROMOTION)) == ([95_000], -5_000)
    bank.check()


def test_a_funding_that_fails_gives_an_ended_coupon_back_without_reviving_it(bank: Bank) -> None:
    bank.coupon()
    bank.fund(coupon="WELCOME", method="pm_card_authenticationRequired")
    ends(bank)
    bank.resume(timedelta(hours=2))
    bank.resume(timedelta(minutes=11))
    (coupon,) = bank.memory.table("coupons").values()
    assert (coupon.redeemed, coupon.ended_at) == (0, START)
    with pytest.raises(CouponNotValid):
        bank.fund(coupon="WELCOME")


# -- referrals


def qualifies(bank: Bank, credit: Price | None = CREDIT, *, who: str = CAME) -> None:
    event = ReferralQualified(
        user_id=who, referrer_id=bank.challenger.user_id, code="7M3K9QXA", challenge_id=new_id("challenge"), qualified_at=bank.clock.now()
    )
    RewardReferralHandler(bank.memory.unit_of_work, credit, bank.clock.now)(event)


def test_a_referral_is_rewarded_once_whatever_is_delivered_twice(bank: Bank) -> None:
    for _ in range(3):
        qualifies(bank)
    assert bank.in_ledger(AccountKind.CREDIT) == 1_000
    (fact,) = bank.events(CreditGranted)
    assert (fact.user_id, fact.amount, fact.cause) == (bank.challenger.user_id, CREDIT, CreditCause.REFERRAL)
    assert f"referral_credit:{CAME}" in bank.memory.table("journals")
    qualifies(bank, who=new_id("user"))
    assert bank.in_ledger(AccountKind.CREDIT) == 2_000
    bank.fund(credit=True)
    assert charged(bank) == [98_000]
    bank.check()


def test_nothing_is_given_where_a_referral_is_worth_nothing_or_its_person_is_gone(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    qualifies(bank, None)
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {bank.challenger.user_id})
    qualifies(bank)
    assert (bank.in_ledger(AccountKind.CREDIT), bank.events(CreditGranted)) == (0, [])


def test_what_a_referral_is_worth_must_be_payable() -> None:
    given: dict[str, Any] = dict.fromkeys(("amqp_url", "mongo_url", "stripe_api_key", "stripe_webhook_secret", "evidence_key"), "x")
    given |= {"principal_jwks": KEYS, "personal_data_keys": "x", "referral_credit_currency": "KWD"}
    assert Settings(**given, referral_credit_minor=0).referral_credit is None
    assert Settings(**given, referral_credit_minor=1_010).referral_credit == Price(amount_minor=1_010, currency="KWD")
    with pytest.raises(ValidationError, match="referral_credit_minor"):
        Settings(**given, referral_credit_minor=1_005)
