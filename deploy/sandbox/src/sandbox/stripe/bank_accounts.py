"""The bank accounts of connected accounts: https://docs.stripe.com/api/external_account_bank_accounts."""

from typing import Any

from sandbox.storage import Json
from sandbox.stripe.errors import StripeError
from sandbox.stripe.session import new_id

# https://docs.stripe.com/connect/testing#test-bank-accounts: by account number and by the end of a token's name.
PAYOUT_FAILURES = {
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
    "noAccount": "no_account",
    "accountClosed": "account_closed",
    "insufficientFunds": "insufficient_funds",
    "debitNotAuthorized": "debit_not_authorized",
    "invalidCurrency": "invalid_currency",
}


def add(account: Json, given: Any) -> Json:
    fields = given if isinstance(given, dict) else {"token": given}
    number = str(fields.get("account_number") or fields.get("token", ""))
    failure = PAYOUT_FAILURES.get(number) or PAYOUT_FAILURES.get(number.rsplit("_", 1)[-1])
    if "token" in fields and not number.startswith("btok_"):
        raise StripeError(f"No such token: '{number}'", code="resource_missing", param="external_account")
    bank: Json = {
        "id": new_id("ba"),
        "object": "bank_account",
        "_payout_failure": failure,
        "account": account["id"],
        "account_holder_name": fields.get("account_holder_name"),
        "account_holder_type": fields.get("account_holder_type"),
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": fields.get("country", account["country"]),
        "currency": str(fields.get("currency", account["default_currency"])).lower(),
        "customer": None,
        "default_for_currency": True,
        "fingerprint": new_id("", 16)[1:],
        "last4": (number if number[-4:].isdigit() else "000123456789")[-4:],
        "metadata": {},
        "routing_number": fields.get("routing_number", "110000000"),
        "status": "new",
    }
    # A later account of one currency is the one payouts go to, as `default_for_currency` would have it.
    others = [
        other | {"default_for_currency": False} if other["currency"] == bank["currency"] else other
        for other in account["external_accounts"]["data"]
    ]
    account["external_accounts"] |= {"data": [bank, *others], "total_count": len(others) + 1}
    return bank


def payout_bank(account: Json, currency: str) -> Json | None:
    """The bank account that payouts in a currency go to; any one in the sandbox, which converts nothing."""
    banks: list[Json] = account["external_accounts"]["data"]
    return next((bank for bank in banks if bank["currency"] == currency), banks[-1] if banks else None)
