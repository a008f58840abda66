"""Every endpoint of the sandbox's Stripe, asked by the real SDK: each answer and event has Stripe's shape, parameters are refused as Stripe does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe
from sandbox_stripe_types import Parameters, complaints, names_of, of_event

from sandbox.stripe.routes import ROUTES

ACCEPTED = {"customer_acceptance": {"type": "online", "online": {"ip_address": "127.0.0.1", "user_agent": "tests"}}}
SERVICES = "accounts account_links balance balance_transactions charges customers disputes events payment_intents payment_methods payouts refunds transfers"
STRANGE = "?"


class Recorder(stripe.RequestsClient):
    """The SDK's transport, which remembers which endpoints were asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[tuple[str, str]] = set()

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        self.asked.add((method.upper(), "/v1" + url.partition("/v1")[2].partition("?")[0]))
        return super().request(method, url, headers, post_data)


@dataclass
class Asking:
    """Asks an endpoint: wrongly first, in every way that its parameters allow, then rightly. Wrong calls change nothing."""

    client: stripe.StripeClient
    strangers: frozenset[str]
    found: list[str] = field(default_factory=list)

    def __call__(self, method: Callable[..., Any], *ids: str, on: str | None = None, **params: Any) -> Any:
        options = {"stripe_account": on} if on else {}
        asked = f"{getattr(method, '__qualname__', method)}"
        for wrong, code, param in _wrong(params, Parameters.of(method), self.strangers):
            refusal = _refusal(method, *ids, wrong, options)
            if (refusal.get("code"), refusal.get("param")) != (code, param):
                self.found.append(f"{asked}: {code} {param}: {refusal.get('code')} {refusal.get('param')} {refusal.get('message')}")
                continue
            if taken := [name for name, value in wrong.items() if value == STRANGE and name not in refusal["message"]]:
                self.found.append(f"{asked} takes {taken}, which Stripe does not")
            self.found += complaints(refusal, stripe.ErrorObject, f"{asked}: error")
        answer = method(*ids, params, options)
        self.found += (f"{asked}: {complaint}" for complaint in complaints(answer.to_dict(), method.__annotations__["return"]))
        return answer


def _refusal(method: Callable[..., Any], *rest: Any) -> dict[str, Any]:
    try:
        method(*rest)
    except stripe.StripeError as error:
        refused: dict[str, Any] = error.json_body["error"] if error.json_body else {}
        return refused
    return {"code": "none: it was accepted"}


def _wrong(params: dict[str, Any], declared: Parameters, strangers: frozenset[str], path: str = "") -> Iterator[tuple[Any, str, str]]:
    """The parameters with all names at once that Stripe does not have there; without each of those it wants; the same within each."""
    unknown = sorted(strangers - declared.hints.keys())
    shown = [f"{path}[{name}]" if path else name for name in unknown]
    yield params | dict.fromkeys(unknown, STRANGE), "parameter_unknown", shown[0]
    for name in sorted(declared.required):
        yield {key: value for key, value in params.items() if key != name}, "parameter_missing", f"{path}[{name}]" if path else name
    for name, value in params.items():
        if isinstance(value, dict) and (inner := declared.inner(name)) is not None:
            for wrong, code, param in _wrong(value, inner, strangers, f"{path}[{name}]" if path else name):
                yield params | {name: wrong}, code, param


def services(client: stripe.StripeClient) -> Iterator[Callable[..., Any]]:
    """The methods of the SDK for what the sandbox has, those it does not serve among them."""
    for name in SERVICES.split():
        service = getattr(client.v1, name)
        for method in dir(service):
            if method[0] != "_" and not method.endswith("_async") and "params" in getattr(getattr(service, method), "__annotations__", {}):
                yield getattr(service, method)


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def ask(sandbox: Any, recorder: Recorder) -> Asking:
    client = stripe.StripeClient("sk_test_sandbox", base_addresses={"api": sandbox.url}, http_client=recorder)
    return Asking(client, names_of(services(client)) - {"expand"})  # which every endpoint takes


def pay(ask: Asking, currency: str = "usd", method: str = "pm_card_bypassPending", **more: Any) -> Any:
    v1 = ask.client.v1
    return v1.payment_intents.create(
        {"amount": 60_000, "currency": currency, "payment_method": method, "confirm": True, "payment_method_types": ["card"], **more}
    )


def customers(ask: Asking) -> None:
    v1 = ask.client.v1
    someone = ask(
        v1.customers.create, name="Ada", email="ada@example.com", metadata={"a": "b"}, address={"line1": "1 High Street", "city": "London"}
    )
    ask(v1.customers.list, email="ada@example.com", limit=3)
    ask(v1.customers.retrieve, someone.id)
    method = ask(v1.payment_methods.attach, "pm_card_visa", customer=someone.id)
    ask(v1.customers.update, someone.id, invoice_settings={"default_payment_method": method.id}, phone="1")
    for bank in ("pm_success_de", "pm_usBankAccount_success"):
        v1.payment_methods.attach(bank, {"customer": someone.id})
    ask(v1.customers.payment_methods.list, someone.id, type="card")
    assert len(ask(v1.payment_methods.list, customer=someone.id).data) == 3
    ask(v1.payment_methods.create, type="card", card={"token": "tok_visa"}, billing_details={"name": "Ada"})
    ask(v1.payment_methods.retrieve, method.id)
    ask(v1.payment_methods.detach, method.id)
    ask(v1.customers.delete, someone.id)


def intents(ask: Asking) -> None:
    v1 = ask.client.v1
    intent = ask(
        v1.payment_intents.create,
        amount=60_000,
        currency="usd",
        automatic_payment_methods={"enabled": True, "allow_redirects": "always"},
        capture_method="automatic",
        metadata={"a": "b"},
        transfer_group="group",
    )
    ask(v1.payment_intents.update, intent.id, description="A challenge", payment_method="pm_card_visa")
    ask(v1.payment_intents.confirm, intent.id, return_url="https://openchance.example/", mandate_data=ACCEPTED)
    ask(v1.payment_intents.retrieve, intent.id)
    ask(v1.payment_intents.list, limit=2, created={"gte": 1})
    asked = pay(ask, method="pm_card_authenticationRequired", return_url="https://openchance.example/")
    ask(v1.payment_intents.cancel, asked.id, cancellation_reason="abandoned")
    ask(v1.payment_intents.capture, pay(ask, capture_method="manual").id, amount_to_capture=50_000)
    with pytest.raises(stripe.CardError) as declined:
        pay(ask, method="pm_card_chargeDeclined")
    ask.found += complaints(declined.value.json_body["error"], stripe.ErrorObject, "a decline")
    ask(v1.payment_intents.retrieve, declined.value.json_body["error"]["payment_intent"]["id"])
    debit = v1.payment_intents.create({"amount": 60_000, "currency": "eur", "automatic_payment_methods": {"enabled": True}})
    order: Any = {"payment_method": "pm_success_de", "mandate_data": ACCEPTED, "return_url": "https://openchance.example/"}
    v1.payment_intents.confirm(debit.id, order)


def charges_and_refunds(ask: Asking, sandbox: Any) -> None:
    v1 = ask.client.v1
    charge = str(pay(ask).latest_charge)
    ask(v1.charges.update, charge, description="A milestone", metadata={"a": "b"})
    ask(v1.charges.retrieve, charge, expand=["balance_transaction", "customer", "payment_intent"])
    ask(v1.charges.list, limit=100)
    refund = ask(v1.refunds.create, charge=charge, amount=10_000, reason="requested_by_customer", metadata={"a": "b"})
    ask(v1.refunds.update, refund.id, metadata={"a": "c"})
    v1.refunds.create({"payment_intent": str(pay(ask, method="pm_card_refundFail").id)})
    v1.refunds.create({"payment_intent": str(pay(ask, method="pm_card_pendingRefund").id)})
    sandbox.advance(1)
    assert {one.status for one in ask(v1.refunds.list, limit=100).data} == {"succeeded", "failed"}
    ask(v1.refunds.retrieve, refund.id)
    booked = ask(v1.balance_transactions.list, limit=100, expand=["data.source"])
    ask(v1.balance_transactions.retrieve, booked.data[0].id)
    ask(v1.balance.retrieve)


def disputes(ask: Asking, sandbox: Any) -> None:
    v1 = ask.client.v1
    for _ in range(2):
        pay(ask, method="pm_card_createDispute")
    sandbox.advance(1)
    answered, given_up = ask(v1.disputes.list, limit=2).data
    ask(v1.disputes.update, answered.id, evidence={"uncategorized_text": "winning_evidence"}, submit=True, metadata={"a": "b"})
    sandbox.advance(1)
    assert ask(v1.disputes.retrieve, answered.id).status == "won"
    assert ask(v1.disputes.close, given_up.id).status == "lost"


def accounts(ask: Asking, sandbox: Any) -> None:
    v1 = ask.client.v1
    account = ask(
        v1.accounts.create,
        type="express",
        country="US",
        email="ada@example.com",
        capabilities={"transfers": {"requested": True}},
        settings={"payouts": {"schedule": {"interval": "manual"}}},
        metadata={"a": "b"},
    )
    v1.accounts.create({"controller": {"fees": {"payer": "application"}, "stripe_dashboard": {"type": "none"}}})
    unready = v1.accounts.create({"type": "express", "metadata": {"sandbox_onboarding": "required"}})
    ask(
        v1.account_links.create,
        account=unready.id,
        type="account_onboarding",
        return_url="https://a",
        refresh_url="https://b",
        collection_options={"fields": "eventually_due"},
    )
    ask(v1.accounts.update, unready.id, email="bea@example.com", capabilities={"card_payments": {"requested": True}})
    ask(v1.accounts.list, limit=3)
    ask(v1.accounts.retrieve, account.id)
    ask(v1.accounts.retrieve_current)
    ask(v1.accounts.external_accounts.create, account.id, external_account="btok_us_verified")
    money(ask, sandbox, account.id)
    ask(v1.accounts.delete, unready.id)


def money(ask: Asking, sandbox: Any, account: str) -> None:
    v1 = ask.client.v1
    charge = str(pay(ask).latest_charge)
    order = {"amount": 20_000, "currency": "usd", "destination": account, "source_transaction": charge, "metadata": {"a": "b"}}
    transfer = ask(v1.transfers.create, **order)
    ask(v1.transfers.update, transfer.id, description="Work", metadata={"a": "c"})
    reversal = ask(v1.transfers.reversals.create, transfer.id, amount=5_000, metadata={"a": "b"})
    ask(v1.transfers.reversals.list, transfer.id, limit=1)
    ask(v1.transfers.reversals.retrieve, transfer.id, reversal.id)
    ask(v1.transfers.retrieve, transfer.id, expand=["destination_payment"])
    ask(v1.transfers.list, destination=account)
    ask(v1.charges.list, limit=1, on=account)
    payout = ask(v1.payouts.create, amount=1_000, currency="usd", metadata={"a": "b"}, on=account)
    ask(v1.payouts.update, payout.id, metadata={"a": "c"}, on=account)
    cancel_a_payout(ask, account)
    v1.accounts.external_accounts.create(account, {"external_account": "btok_us_verified_accountClosed"})
    v1.payouts.create({"amount": 2_000, "currency": "usd"}, {"stripe_account": account})
    sandbox.advance(1)
    assert {one.status for one in ask(v1.payouts.list, limit=100, on=account).data} == {"paid", "canceled", "failed"}
    ask(v1.payouts.retrieve, payout.id, on=account)
    ask(v1.balance.retrieve, on=account)


def cancel_a_payout(ask: Asking, account: str) -> None:
    """Before it leaves for the bank, which happens at any moment."""
    give_up = time.monotonic() + 60
    while time.monotonic() < give_up:
        payout = ask.client.v1.payouts.create({"amount": 10, "currency": "usd"}, {"stripe_account": account})
        try:
            ask(ask.client.v1.payouts.cancel, payout.id, on=account)
        except stripe.InvalidRequestError as error:
            if error.code != "payout_not_allowed":  # it was on its way
                raise
        else:
            return
    raise AssertionError("every payout left at once")


def test_every_endpoint_and_event_is_as_stripe_declares(sandbox: Any, ask: Asking, recorder: Recorder) -> None:
    customers(ask)
    intents(ask)
    charges_and_refunds(ask, sandbox)
    disputes(ask, sandbox)
    accounts(ask, sandbox)
    first = ask(ask.client.v1.events.list, limit=100, type="charge.succeeded").data[0]
    ask(ask.client.v1.events.retrieve, first.id)
    assert sorted(set(ask.found)) == []
    unasked = {
        (route.method, route.path.pattern)
        for route in ROUTES
        if not any(route.method == method and route.path.fullmatch(path) for method, path in recorder.asked)
    }
    assert unasked == set()
    told = sandbox.get("/_sandbox/stripe/events")["items"]
    assert sorted({complaint for event in told for complaint in of_event(_as_sent(event))}) == []
    assert {event["type"].partition(".")[0] for event in told} >= {"account", "charge", "customer", "payment_intent", "payout", "transfer"}


def _as_sent(event: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in event.items() if name != "sandbox_account"}


def test_what_is_not_as_declared_is_complained_of() -> None:
    link = {"object": "account_link", "created": 1, "expires_at": 2, "url": "https://a"}
    assert list(complaints(link, "AccountLink")) == []
    assert list(complaints(link | {"created": "1", "colour": "red"}, "AccountLink")) == [
        "account_link.colour is not Stripe's",
        "account_link.created is of type str",
    ]
    assert list(complaints({"object": "account_link", "created": None, "url": "u"}, "AccountLink")) == [
        "account_link.created is null",
        "account_link.expires_at is missing",
    ]
    tracing = {"status": "lost in the post", "value": None}
    assert list(complaints(tracing, stripe.Payout.TraceId)) == []  # a word that Stripe leaves open
    assert list(complaints("sleeping", stripe.PaymentIntent.__annotations__["status"], "status")) == ["status says sleeping"]
    assert list(complaints([1], stripe.PaymentIntent.__annotations__["payment_method_types"], "types")) == ["types[0] is of type int"]
    assert list(complaints({"object": "refund"}, "Charge")) == [" is an object, refund"]
