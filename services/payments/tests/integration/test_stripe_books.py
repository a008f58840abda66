"""The ledger's journals against the sandbox's balance transactions, by Stripe's SDK."""

from __future__ import annotations

import urllib.request
from datetime import UTC, datetime, timedelta

from test_payment_provider import EUR, stripe_at

from payments.adapters.stripe_books import StripeBooks


def test_every_balance_transaction_names_its_journal(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    intent = stripe.create_intent(amount=60_000, currency=EUR, escrow_id="escrow_1", saga_id="saga_1", key="create")
    charge_id = stripe.confirm_intent(intent.id, "pm_card_refundFail", key="confirm").charge_id or ""
    account_id, _ = stripe.create_account("user_1", key="account")
    stripe.transfer(
        amount=9_000, currency=EUR, account_id=account_id, source=charge_id, escrow_id="escrow_1", saga_id="saga_2", key="transfer"
    )
    stripe.refund(charge_id=charge_id, amount=20_000, currency=EUR, saga_id="saga_3", key="refund")
    disputed = stripe.create_intent(amount=500, currency=EUR, escrow_id="escrow_2", saga_id="saga_4", key="create 2")
    stripe.confirm_intent(disputed.id, "pm_card_createDispute", key="confirm 2")

    # What is due at the bank, the dispute and the refund's return, has happened when this answers.
    advance = urllib.request.Request(f"{sandbox_url}/_sandbox/clock/advance", b'{"seconds": 1}', {"Content-Type": "application/json"})
    urllib.request.urlopen(advance, timeout=5).close()

    books = StripeBooks(stripe.client)
    now = datetime.now(UTC)
    lines = list(books.lines(now - timedelta(hours=1), now + timedelta(hours=1)))
    told = {line.key.partition(":du_")[0]: (line.amount, line.currency, line.stripe_type) for line in lines}
    assert told == {
        "fund:saga_1": (60_000, EUR, "charge"),
        "release:saga_2": (-9_000, EUR, "transfer"),
        "refund:saga_3": (-20_000, EUR, "refund"),
        "refund_returned:saga_3": (20_000, EUR, "refund_failure"),
        "fund:saga_4": (500, EUR, "charge"),
        "chargeback": (-500, EUR, "adjustment"),
    }
    assert list(books.lines(now + timedelta(hours=1), now + timedelta(hours=2))) == []


def test_what_an_account_paid_out_names_who_asked_for_it(sandbox_url: str) -> None:
    stripe = stripe_at(sandbox_url)
    intent = stripe.create_intent(amount=60_000, currency="USD", escrow_id="escrow_1", saga_id="saga_1", key="create")
    charge_id = stripe.confirm_intent(intent.id, "pm_card_bypassPending", key="confirm").charge_id or ""
    ann, bob = (stripe.create_account(user, key=user)[0] for user in ("user_1", "user_2"))
    for account in (ann, bob):
        order = {"account_id": account, "source": charge_id, "escrow_id": "escrow_1", "saga_id": "saga_2", "key": account}
        stripe.transfer(amount=9_000, currency="USD", **order)
    stripe.pay_out(account_id=ann, amount=1_000, currency="USD", saga_id="saga_3", key="payout")
    stripe.client.v1.accounts.external_accounts.create(ann, {"external_account": "btok_us_verified_accountClosed"})
    stripe.pay_out(account_id=ann, amount=2_000, currency="USD", saga_id="saga_4", key="failing")
    stripe.client.v1.payouts.create({"amount": 3_000, "currency": "usd"}, {"stripe_account": ann})  # nobody asked us
    advance = urllib.request.Request(f"{sandbox_url}/_sandbox/clock/advance", b'{"seconds": 1}', {"Content-Type": "application/json"})
    urllib.request.urlopen(advance, timeout=5).close()

    books, now = StripeBooks(stripe.client), datetime.now(UTC)
    told = [(one.saga_id, one.amount, one.stripe_type) for one in books.payouts(ann, now - timedelta(hours=1), now + timedelta(hours=1))]
    assert sorted(told, key=lambda one: one[1]) == [
        (None, -3_000, "payout"),
        ("saga_4", -2_000, "payout"),
        ("saga_3", -1_000, "payout"),
        ("saga_4", 2_000, "payout_failure"),
        (None, 3_000, "payout_failure"),
    ]
    assert list(books.payouts(bob, now - timedelta(hours=1), now + timedelta(hours=1))) == []
    assert list(books.payouts(ann, now + timedelta(hours=1), now + timedelta(hours=2))) == []
