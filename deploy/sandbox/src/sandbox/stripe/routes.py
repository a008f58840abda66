"""The table of Stripe's endpoints that the sandbox answers."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.storage import Json
from sandbox.stripe import (
    accounts,
    charges,
    customers,
    disputes,
    events,
    ledger,
    payment_intents,
    payment_methods,
    payouts,
    refunds,
    transfers,
)
from sandbox.stripe.errors import StripeError
from sandbox.stripe.listing import list_of
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session

Endpoint = Callable[..., Json]


@dataclass(frozen=True)
class Route:
    method: str
    path: re.Pattern[str]
    endpoint: Endpoint


def _balance_transaction(session: Session, params: Params, transaction_id: str) -> Json:
    return ledger.shown(session, session.get("balance_transaction", transaction_id))


_TABLE: list[tuple[str, str, Endpoint]] = [
    ("GET", "/v1/account", accounts.own),
    ("POST", "/v1/accounts", accounts.create),
    ("GET", "/v1/accounts", list_of("account", "/v1/accounts")),
    ("GET", "/v1/accounts/{}", accounts.retrieve),
    ("POST", "/v1/accounts/{}", accounts.update),
    ("DELETE", "/v1/accounts/{}", accounts.delete),
    ("POST", "/v1/accounts/{}/external_accounts", accounts.create_external_account),
    ("POST", "/v1/account_links", accounts.create_link),
    ("GET", "/v1/balance", ledger.balance),
    ("GET", "/v1/balance_transactions", list_of("balance_transaction", "/v1/balance_transactions", "currency", "source", "type")),
    ("GET", "/v1/balance_transactions/{}", _balance_transaction),
    ("GET", "/v1/charges", list_of("charge", "/v1/charges", "customer", "payment_intent", "transfer_group")),
    ("GET", "/v1/charges/{}", charges.retrieve),
    ("POST", "/v1/charges/{}", charges.update),
    ("POST", "/v1/customers", customers.create),
    ("GET", "/v1/customers", list_of("customer", "/v1/customers", "email")),
    ("GET", "/v1/customers/{}", customers.retrieve),
    ("POST", "/v1/customers/{}", customers.update),
    ("DELETE", "/v1/customers/{}", customers.delete),
    ("GET", "/v1/customers/{}/payment_methods", payment_methods.list_for_customer),
    ("GET", "/v1/disputes", list_of("dispute", "/v1/disputes", "charge", "payment_intent")),
    ("GET", "/v1/disputes/{}", disputes.retrieve),
    ("POST", "/v1/disputes/{}", disputes.update),
    ("POST", "/v1/disputes/{}/close", disputes.close),
    ("GET", "/v1/events", events.list_all),
    ("GET", "/v1/events/{}", events.retrieve),
    ("POST", "/v1/payment_intents", payment_intents.create),
    ("GET", "/v1/payment_intents", list_of("payment_intent", "/v1/payment_intents", "customer")),
    ("GET", "/v1/payment_intents/{}", payment_intents.retrieve),
    ("POST", "/v1/payment_intents/{}", payment_intents.update),
    ("POST", "/v1/payment_intents/{}/confirm", payment_intents.confirm),
    ("POST", "/v1/payment_intents/{}/capture", payment_intents.capture),
    ("POST", "/v1/payment_intents/{}/cancel", payment_intents.cancel),
    ("POST", "/v1/payment_methods", payment_methods.create),
    ("GET", "/v1/payment_methods", payment_methods.list_for_customer),
    ("GET", "/v1/payment_methods/{}", payment_methods.retrieve),
    ("POST", "/v1/payment_methods/{}/attach", payment_methods.attach),
    ("POST", "/v1/payment_methods/{}/detach", payment_methods.detach),
    ("POST", "/v1/payouts", payouts.create),
    ("GET", "/v1/payouts", list_of("payout", "/v1/payouts", "status", "destination")),
    ("GET", "/v1/payouts/{}", payouts.retrieve),
    ("POST", "/v1/payouts/{}", payouts.update),
    ("POST", "/v1/payouts/{}/cancel", payouts.cancel),
    ("POST", "/v1/refunds", refunds.create),
    ("GET", "/v1/refunds", list_of("refund", "/v1/refunds", "charge", "payment_intent")),
    ("GET", "/v1/refunds/{}", refunds.retrieve),
    ("POST", "/v1/refunds/{}", refunds.update),
    ("POST", "/v1/transfers", transfers.create),
    ("GET", "/v1/transfers", list_of("transfer", "/v1/transfers", "destination", "transfer_group")),
    ("GET", "/v1/transfers/{}", transfers.retrieve),
    ("POST", "/v1/transfers/{}", transfers.update),
    ("POST", "/v1/transfers/{}/reversals", transfers.reverse),
    ("GET", "/v1/transfers/{}/reversals", transfers.list_reversals),
    ("GET", "/v1/transfers/{}/reversals/{}", transfers.retrieve_reversal),
]
ROUTES = [Route(method, re.compile(path.replace("{}", "([^/]+)")), endpoint) for method, path, endpoint in _TABLE]


def resolve(method: str, path: str) -> tuple[Endpoint, tuple[str, ...]]:
    """The endpoint for a call and the ids in its path.

    Raises:
        StripeError: there is none.
    """
    for route in ROUTES:
        if route.method == method and (matched := route.path.fullmatch(path)):
            return route.endpoint, matched.groups()
    raise StripeError(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.",
        status=404,
    )
