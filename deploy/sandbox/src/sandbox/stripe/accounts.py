"""Connected accounts, their bank accounts and onboarding: https://docs.stripe.com/api/accounts.

Onboarding is complete at once, unless the account is made with `metadata[sandbox_onboarding]=required`: then its account link's page completes it.
"""

from typing import Any

from sandbox.storage import Json
from sandbox.stripe.errors import StripeError
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id

_CURRENCIES = {
    "US": "usd",
    "GB": "gbp",
    "CH": "chf",
    "CA": "cad",
    "AU": "aud",
    "JP": "jpy",
    "SE": "sek",
    "DK": "dkk",
    "NO": "nok",
    "PL": "pln",
}
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


def create(session: Session, params: Params) -> Json:
    """POST /v1/accounts"""
    account_id = new_id("acct", 16).replace("acct_", "acct_1", 1)
    country = (params.text("country") or "US").upper()
    kind = params.text("type", choices=("custom", "express", "standard")) or "none"
    controller = params.nested("controller")
    wanted = params.nested("capabilities")
    capabilities = [name for name in ("card_payments", "transfers") if wanted.nested(name).flag("requested")]
    account: Json = {
        "id": account_id,
        "object": "account",
        "business_profile": None,
        "business_type": params.text("business_type", choices=("company", "government_entity", "individual", "non_profit")),
        "capabilities": dict.fromkeys(capabilities or ["card_payments", "transfers"], "inactive"),
        "charges_enabled": False,
        "controller": _controller(controller, kind),
        "country": country,
        "created": session.now(),
        "default_currency": (params.text("default_currency") or _CURRENCIES.get(country, "eur")).lower(),
        "details_submitted": False,
        "email": params.text("email"),
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": f"/v1/accounts/{account_id}/external_accounts",
        },
        "future_requirements": _requirements([]),
        "metadata": params.metadata(),
        "payouts_enabled": False,
        "requirements": _requirements(["external_account", "tos_acceptance.date", "tos_acceptance.ip"]),
        "settings": {
            "payouts": {"debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "manual"}, "statement_descriptor": None}
        },
        "tos_acceptance": {"date": None},
        "type": kind,
    }
    _ignore(params)
    if (bank := params.raw("external_account")) is not None:
        _add_bank_account(account, bank)
    session.insert(account)
    if account["metadata"].get("sandbox_onboarding") != "required":
        _onboard(session, account)
        session.save(account)
        session.on_behalf_of(account_id).emit("account.updated", account)
    return account


def update(session: Session, params: Params, account_id: str) -> Json:
    """POST /v1/accounts/{id}"""
    account = retrieve(session, params, account_id)
    account["metadata"] = params.metadata(account["metadata"])
    for name in ("email", "default_currency", "business_type"):
        if name in params:
            account[name] = params.text(name)
    wanted = params.nested("capabilities")
    for name in ("card_payments", "transfers"):
        if wanted.nested(name).flag("requested"):
            account["capabilities"].setdefault(name, "active" if account["details_submitted"] else "inactive")
    if (bank := params.raw("external_account")) is not None:
        _add_bank_account(account, bank)
    _ignore(params)
    session.save(account)
    session.on_behalf_of(account_id).emit("account.updated", account)
    return account


def retrieve(session: Session, params: Params, account_id: str) -> Json:
    """GET /v1/accounts/{id}"""
    found = session.storage.get("account", None, account_id)
    if found is None:
        raise unreachable(account_id)
    return found


def own(session: Session, params: Params) -> Json:
    """GET /v1/account: the one that calls."""
    if session.account is not None:
        return retrieve(session, params, session.account)
    return {
        "id": "acct_sandbox_platform",
        "object": "account",
        "charges_enabled": True,
        "payouts_enabled": True,
        "country": "US",
        "type": "standard",
    }


def delete(session: Session, params: Params, account_id: str) -> Json:
    """DELETE /v1/accounts/{id}"""
    retrieve(session, params, account_id)
    owned = session.storage.find("balance_transaction", account_id)
    if sum(row["net"] for row in owned) != 0:
        raise StripeError("This account has a balance and cannot be deleted until it is zero.", code="account_invalid")
    session.storage.execute("DELETE FROM objects WHERE id = ?", account_id)
    return {"id": account_id, "object": "account", "deleted": True}


def create_external_account(session: Session, params: Params, account_id: str) -> Json:
    """POST /v1/accounts/{id}/external_accounts"""
    account = retrieve(session, params, account_id)
    bank = params.raw("external_account")
    if bank is None:
        raise StripeError("Missing required param: external_account.", code="parameter_missing", param="external_account")
    params.ignore("default_for_currency")
    added = _add_bank_account(account, bank)
    added["metadata"] = params.metadata()
    session.save(account)
    session.on_behalf_of(account_id).emit("account.external_account.created", added)
    return added


def create_link(session: Session, params: Params) -> Json:
    """POST /v1/account_links: the page where a person completes the onboarding."""
    account = retrieve(session, params, params.text("account", required=True))
    params.text("type", required=True, choices=("account_onboarding", "account_update"))
    account |= {"_return_url": params.text("return_url"), "_refresh_url": params.text("refresh_url")}
    params.ignore("collection_options", "collect")
    session.save(account)
    return {
        "object": "account_link",
        "created": session.now(),
        "expires_at": session.now() + 300,
        "url": f"{session.settings.base_url}/onboarding/{account['id']}",
    }


def complete_onboarding(session: Session, account: Json) -> None:
    _onboard(session, account)
    session.save(account)
    session.on_behalf_of(account["id"]).emit("account.updated", account)


def payout_bank(account: Json, currency: str) -> Json | None:
    """The bank account that payouts in a currency go to; any one in the sandbox, which converts nothing."""
    banks: list[Json] = account["external_accounts"]["data"]
    return next((bank for bank in banks if bank["currency"] == currency), banks[-1] if banks else None)


def unreachable(account_id: str) -> StripeError:
    return StripeError(
        f"The provided key does not have access to account '{account_id}' (or that account does not exist). "
        "Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )


def _onboard(session: Session, account: Json) -> None:
    if not account["external_accounts"]["data"]:
        _add_bank_account(account, {"object": "bank_account", "account_number": "000123456789"})
    account |= {
        "charges_enabled": "card_payments" in account["capabilities"],
        "payouts_enabled": True,
        "details_submitted": True,
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "requirements": _requirements([]),
        "tos_acceptance": {"date": session.now()},
    }


def _add_bank_account(account: Json, given: Any) -> Json:
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


def _controller(params: Params, kind: str) -> Json:
    return {
        "fees": {"payer": params.nested("fees").text("payer") or "application"},
        "is_controller": True,
        "losses": {"payments": params.nested("losses").text("payments") or "application"},
        "requirement_collection": params.text("requirement_collection") or ("application" if kind == "custom" else "stripe"),
        "stripe_dashboard": {"type": params.nested("stripe_dashboard").text("type") or ("none" if kind == "custom" else "express")},
        "type": "application",
    }


def _requirements(due: list[str]) -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": "requirements.past_due" if due else None,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def _ignore(params: Params) -> None:
    params.ignore("business_profile", "individual", "company", "settings", "tos_acceptance")
