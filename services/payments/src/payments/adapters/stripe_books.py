"""Stripe's books: the balance transactions of the platform and the payouts of connected accounts (https://docs.stripe.com/reports/balance-transaction-types)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import stripe
from stripe.params import BalanceTransactionListParams

from payments.adapters.stripe_amounts import from_stripe
from payments.adapters.stripe_client import is_account_gone, looking
from payments.domain.reconciliation import Line, PayoutMovement
from payments.usecases.reconciliation_ports import AccountGone

# Which journal tells of which type; `{}` is the saga's id, or the dispute's.
_JOURNALS = {
    "charge": "fund:{}",
    "payment": "fund:{}",
    "transfer": "release:{}",
    "transfer_refund": "reversal:{}",
    "refund": "refund:{}",
    "payment_refund": "refund:{}",
    "refund_failure": "refund_returned:{}",
    "payment_failure_refund": "refund_returned:{}",
}
# The same of a bill: a charge is told by the bill's id, so that a second one for it would be seen as a wrong amount.
_BILL_JOURNALS = {
    "charge": "subscription:{bill}",
    "payment": "subscription:{bill}",
    "refund": "subscription_refund:{saga}",
    "payment_refund": "subscription_refund:{saga}",
    "refund_failure": "subscription_refund_returned:{saga}",
    "payment_failure_refund": "subscription_refund_returned:{saga}",
}
# The platform's own money: what Stripe costs, what the platform pays out to itself or puts in.
_PLATFORMS_OWN = frozenset({"stripe_fee", "stripe_fx_fee", "network_cost", "tax_fee", "payout", "payout_failure", "payout_cancel", "topup"})
# In a connected account's books.
_PAYOUTS = ("payout", "payout_failure", "payout_cancel")


@dataclass(frozen=True, slots=True)
class StripeBooks:
    client: stripe.StripeClient

    def lines(self, since: datetime, until: datetime) -> Iterator[Line]:
        """A type that is not known is a line too: without a journal it will be reported."""
        with looking():
            wanted: BalanceTransactionListParams = {
                "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
                "limit": 100,
                "expand": ["data.source"],
            }
            listed = self.client.v1.balance_transactions.list(wanted)
            for booked in listed.auto_paging_iter():
                if booked.type not in _PLATFORMS_OWN:
                    yield _line(booked)

    def payouts(self, account_id: str, since: datetime, until: datetime) -> Iterator[PayoutMovement]:
        """Read with the account's own books; of a type that is not known the amount alone would not say where it went."""
        with looking():
            try:
                yield from self._payouts(account_id, since, until)
            except stripe.PermissionError as error:
                if is_account_gone(error):
                    raise AccountGone(account_id) from error
                raise

    def _payouts(self, account_id: str, since: datetime, until: datetime) -> Iterator[PayoutMovement]:
        for type_ in _PAYOUTS:
            wanted: BalanceTransactionListParams = {
                "created": {"gte": int(since.timestamp()), "lt": int(until.timestamp())},
                "limit": 100,
                "type": type_,
                "expand": ["data.source"],
            }
            for booked in self.client.v1.balance_transactions.list(wanted, {"stripe_account": account_id}).auto_paging_iter():
                currency = booked.currency.upper()
                yield PayoutMovement(_saga_of(booked.source), from_stripe(booked.amount, currency), currency, booked.id, booked.type)


def _line(booked: stripe.BalanceTransaction) -> Line:
    source: Any = booked.source
    currency = booked.currency.upper()
    return Line(_key(booked, source), from_stripe(booked.amount, currency), currency, booked.id, booked.type)


def _key(booked: stripe.BalanceTransaction, source: Any) -> str:
    if getattr(source, "object", None) == "dispute":
        return f"{'chargeback' if booked.amount < 0 else 'chargeback_won'}:{source.id}"
    metadata, saga_id = getattr(source, "metadata", None), _saga_of(source)
    if metadata is None or saga_id is None or booked.type not in _JOURNALS:
        return f"{booked.type}:{getattr(source, 'id', source) or booked.id}"
    if "bill_id" in metadata and booked.type in _BILL_JOURNALS:
        return _BILL_JOURNALS[booked.type].format(bill=metadata["bill_id"], saga=saga_id)
    return _JOURNALS[booked.type].format(saga_id)


def _saga_of(source: Any) -> str | None:
    metadata = getattr(source, "metadata", None)
    return metadata["saga_id"] if metadata and "saga_id" in metadata else None
