"""Connected accounts and their onboarding: https://docs.stripe.com/api/accounts.

Onboarding is complete at once, unless the account is made with `metadata[sandbox_onboarding]=required`: then its account link's page completes it.
"""

from sandbox.storage import Json
from sandbox.stripe.bank_accounts import add
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
_DESCRIPTORS = ("statement_descriptor", "statement_descriptor_kana", "statement_descriptor_kanji")
_PREFIXES = ("statement_descriptor_prefix", "statement_descriptor_prefix_kana", "statement_descriptor_prefix_kanji")
_SETTINGS = (
    *("bacs_debit_payments", "branding", "card_issuing", "card_payments", "invoices", "payments", "paypay_payments"),
    *("sepa_debit_payments", "treasury"),
)


def create(session: Session, params: Params) -> Json:
    """POST /v1/accounts"""
    account_id = new_id("acct", 16).replace("acct_", "acct_1", 1)
    country = (params.text("country") or "US").upper()
    kind = params.text("type", choices=("custom", "express", "standard")) or "none"
    controller = params.nested("controller")
    wanted = params.nested("capabilities")
    capabilities = [name for name in ("card_payments", "transfers") if wanted.nested(name).flag("requested")]
    account = _made(account_id, country, kind) | {
        "business_type": params.text("business_type", choices=("company", "government_entity", "individual", "non_profit")),
        "capabilities": dict.fromkeys(capabilities or ["card_payments", "transfers"], "inactive"),
        "controller": _controller(controller, kind),
        "created": session.now(),
        "email": params.text("email"),
        "metadata": params.metadata(),
    }
    if (currency := params.text("default_currency")) is not None:
        account["default_currency"] = currency.lower()
    _set_up(account, params)
    _ignore(params)
    if (bank := params.raw("external_account")) is not None:
        add(account, bank)
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
        add(account, bank)
    _set_up(account, params)
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
    platform = _made("acct_sandbox_platform", "US", "standard") | {"controller": {"type": "account"}}
    return platform | _ready(platform, session.now()) | {"capabilities": dict.fromkeys(("card_payments", "transfers"), "active")}


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
    added = add(account, bank)
    added["metadata"] = params.metadata()
    session.save(account)
    session.on_behalf_of(account_id).emit("account.external_account.created", added)
    return added


def create_link(session: Session, params: Params) -> Json:
    """POST /v1/account_links: the page where a person completes the onboarding."""
    account = retrieve(session, params, params.text("account", required=True))
    params.text("type", required=True, choices=("account_onboarding", "account_update"))
    account |= {"_return_url": params.text("return_url"), "_refresh_url": params.text("refresh_url")}
    collected = params.nested("collection_options")
    collected.text("fields", choices=("currently_due", "eventually_due"))
    collected.text("future_requirements", choices=("include", "omit"))
    params.ignore("collect")
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


def unreachable(account_id: str) -> StripeError:
    return StripeError(
        f"The provided key does not have access to account '{account_id}' (or that account does not exist). "
        "Application access may have been revoked.",
        status=403,
        code="account_invalid",
    )


def _onboard(session: Session, account: Json) -> None:
    if not account["external_accounts"]["data"]:
        add(account, {"object": "bank_account", "account_number": "000123456789"})
    account |= _ready(account, session.now())


def _ready(account: Json, since: int) -> Json:
    """What of an account says that it is onboarded."""
    return {
        "charges_enabled": "card_payments" in account["capabilities"],
        "payouts_enabled": True,
        "details_submitted": True,
        "capabilities": dict.fromkeys(account["capabilities"], "active"),
        "requirements": _requirements([]),
        "tos_acceptance": {"date": since},
    }


def _made(account_id: str, country: str, kind: str) -> Json:
    """An account of which nothing is known yet."""
    return {
        "id": account_id,
        "object": "account",
        "business_profile": None,
        "business_type": None,
        "capabilities": {"card_payments": "inactive", "transfers": "inactive"},
        "charges_enabled": False,
        "controller": None,
        "country": country,
        "created": 0,
        "default_currency": _CURRENCIES.get(country, "eur"),
        "details_submitted": False,
        "email": None,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "total_count": 0,
            "url": f"/v1/accounts/{account_id}/external_accounts",
        },
        "future_requirements": _requirements([]),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": _requirements(["external_account", "tos_acceptance.date", "tos_acceptance.ip"]),
        "settings": {
            "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
            "card_payments": dict.fromkeys(_PREFIXES),
            "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
            "payments": dict.fromkeys((*_DESCRIPTORS, *_PREFIXES[1:])),
            "payouts": {"debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "daily"}, "statement_descriptor": None},
        },
        "tos_acceptance": {"date": None},
        "type": kind,
    }


def _set_up(account: Json, params: Params) -> None:
    """The settings of payouts: https://docs.stripe.com/api/accounts/object#account_object-settings-payouts; others change nothing here."""
    settings = params.nested("settings")
    settings.ignore(*_SETTINGS)
    asked = settings.nested("payouts")
    payouts: Json = account["settings"]["payouts"]
    schedule = asked.nested("schedule")
    interval = schedule.text("interval", choices=("manual", "daily", "weekly", "monthly"))
    schedule.ignore("delay_days", "monthly_anchor", "monthly_payout_days", "weekly_anchor", "weekly_payout_days")
    payouts["debit_negative_balances"] = asked.flag("debit_negative_balances", payouts["debit_negative_balances"])
    if "statement_descriptor" in asked:
        payouts["statement_descriptor"] = asked.text("statement_descriptor")
    payouts["schedule"]["interval"] = interval or payouts["schedule"]["interval"]


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
    params.ignore("business_profile", "individual", "company", "tos_acceptance")
