"""Balance transactions and the balances that follow from them: https://docs.stripe.com/api/balance_transactions."""

from collections import defaultdict

from sandbox.storage import Json
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id

_REPORTING = {"payment": "charge", "payment_refund": "refund", "transfer_refund": "transfer_reversal", "payout_failure": "payout_reversal"}


def post(
    session: Session,
    type_: str,
    amount: int,
    currency: str,
    source: str,
    *,
    fee: int = 0,
    available_on: int | None = None,
    description: str | None = None,
) -> Json:
    """Book an amount (below zero: out) on the session's account."""
    now = session.now()
    available_on = now if available_on is None else available_on
    fees = [{"amount": fee, "application": None, "currency": currency, "description": "Stripe processing fees", "type": "stripe_fee"}]
    return session.insert(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": description,
            "exchange_rate": None,
            "fee": fee,
            "fee_details": fees if fee else [],
            "net": amount - fee,
            "reporting_category": _REPORTING.get(type_, type_),
            "source": source,
            "status": "available" if available_on <= now else "pending",
            "type": type_,
        }
    )


def shown(session: Session, row: Json) -> Json:
    """The status follows the clock."""
    return row | {"status": "available" if row["available_on"] <= session.now() else "pending"}


def available(session: Session, currency: str) -> int:
    rows = session.storage.find("balance_transaction", session.account, {"currency": currency}, [("available_on", "<=", session.now())])
    return sum(row["net"] for row in rows)


def demand(session: Session, amount: int, currency: str) -> None:
    """Refuse what the available balance does not cover.

    Raises:
        StripeError: balance_insufficient.
    """
    if available(session, currency) < amount:
        raise StripeError(
            "You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating "
            "Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance",
            code="balance_insufficient",
        )


def balance(session: Session, params: Params) -> Json:
    """GET /v1/balance"""
    del params
    sums: dict[str, dict[str, int]] = {"available": defaultdict(int), "pending": defaultdict(int)}
    for row in session.storage.find("balance_transaction", session.account):
        sums[shown(session, row)["status"]][row["currency"]] += row["net"]
    currencies = sorted({*sums["available"], *sums["pending"]}) or ["usd"]
    answer: Json = {"object": "balance", "livemode": False}
    for kind, amounts in sums.items():
        answer[kind] = [{"amount": amounts[code], "currency": code, "source_types": {"card": amounts[code]}} for code in currencies]
    return answer
