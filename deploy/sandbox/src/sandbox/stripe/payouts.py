"""Payouts to a bank: https://docs.stripe.com/api/payouts. pending → in_transit → paid, or failed when the bank refuses."""

from sandbox.storage import Json
from sandbox.stripe import bank_accounts, ledger
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id

_FAILURES = {
    "no_account": "The bank account could not be located.",
    "account_closed": "The bank account has been closed.",
    "insufficient_funds": "Your Stripe account has insufficient funds to cover the payout.",
    "debit_not_authorized": "Debit transactions are not approved on your bank account.",
    "invalid_currency": "The bank was unable to process this payout because of its currency.",
}


def create(session: Session, params: Params) -> Json:
    """POST /v1/payouts"""
    amount, currency = params.integer("amount", required=True, minimum=1), params.currency()
    bank = _bank(session, params.text("destination"), currency)
    ledger.demand(session, amount, currency)
    payout: Json = {
        "id": f"po_1{new_id('', 23)[1:]}",
        "object": "payout",
        "amount": amount,
        "application_fee": None,
        "application_fee_amount": None,
        "arrival_date": session.now() + session.settings.payout_seconds,
        "automatic": False,
        "balance_transaction": None,
        "created": session.now(),
        "currency": currency,
        "description": params.text("description"),
        "destination": bank["id"],
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": params.metadata(),
        "method": params.text("method", choices=("standard", "instant")) or "standard",
        "original_payout": None,
        "payout_method": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": params.text("source_type", choices=("bank_account", "card", "fpx")) or "card",
        "statement_descriptor": params.text("statement_descriptor"),
        "status": "pending",
        "trace_id": {"status": "pending", "value": None},
        "type": "bank_account",
        "_failure": bank["_payout_failure"],
    }
    payout["balance_transaction"] = ledger.post(session, "payout", -amount, currency, payout["id"], description="STRIPE PAYOUT")["id"]
    session.insert(payout)
    session.schedule("move_payout", payout["id"])
    session.emit("payout.created", payout)
    return payout


def retrieve(session: Session, params: Params, payout_id: str) -> Json:
    """GET /v1/payouts/{id}"""
    return session.get("payout", payout_id)


def update(session: Session, params: Params, payout_id: str) -> Json:
    """POST /v1/payouts/{id}"""
    payout = session.get("payout", payout_id)
    payout["metadata"] = params.metadata(payout["metadata"])
    session.save(payout)
    session.emit("payout.updated", payout)
    return payout


def cancel(session: Session, params: Params, payout_id: str) -> Json:
    """POST /v1/payouts/{id}/cancel"""
    payout = session.get("payout", payout_id)
    params.refuse_unknown()
    if payout["status"] != "pending":
        raise StripeError("Payouts can only be canceled while they are pending.", code="payout_not_allowed")
    _give_back(session, payout, "payout_cancel")
    payout["status"] = "canceled"
    session.save(payout)
    session.emit("payout.canceled", payout)
    return payout


def move(session: Session, payout: Json) -> None:
    """The next step on its way: out to the bank, then arrived or refused."""
    if payout["status"] == "pending":
        payout["status"] = "in_transit"
        session.save(payout)
        session.emit("payout.updated", payout, {"status": "pending"})
        session.schedule("move_payout", payout["id"], session.settings.payout_seconds)
    elif payout["status"] == "in_transit":
        if (failure := payout["_failure"]) is not None:
            payout["failure_balance_transaction"] = _give_back(session, payout, "payout_failure")
            payout |= {"status": "failed", "failure_code": failure, "failure_message": _FAILURES[failure]}
        else:
            payout |= {"status": "paid", "trace_id": {"status": "supported", "value": new_id("", 15)[1:]}}
        session.save(payout)
        session.emit(f"payout.{payout['status']}", payout)


def _give_back(session: Session, payout: Json, type_: str) -> str:
    booked: str = ledger.post(session, type_, payout["amount"], payout["currency"], payout["id"])["id"]
    return booked


def _bank(session: Session, wanted: str | None, currency: str) -> Json:
    if session.account is None:  # the platform's own bank account
        return {"id": "ba_sandbox_platform", "_payout_failure": None}
    account = session.storage.get("account", None, session.account) or {}
    if not account.get("payouts_enabled"):
        raise StripeError("Cannot create payouts: this account has requirements that need to be collected.", code="payouts_not_allowed")
    if wanted is not None:
        chosen: Json | None = next((bank for bank in account["external_accounts"]["data"] if bank["id"] == wanted), None)
    else:
        chosen = bank_accounts.payout_bank(account, currency)
    if chosen is None:
        raise StripeError(f"No such external account: '{wanted}'", code="resource_missing", param="destination")
    return chosen
