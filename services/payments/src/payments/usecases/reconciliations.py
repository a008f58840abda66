"""How a comparison of the ledger with the processor's books is shown."""

from __future__ import annotations

from contracts.money import SignedMoney
from contracts.payments.views import DifferenceView, ReconciliationView
from payments.domain.reconciliation import Difference, Line, Reconciliation


def reconciliation_view(report: Reconciliation) -> ReconciliationView:
    return ReconciliationView(
        day=report.day,
        matched=report.matched,
        differences=tuple(_view(difference) for difference in report.differences),
        made_at=report.made_at,
    )


def _view(difference: Difference) -> DifferenceView:
    ours, theirs = difference.journal, difference.stripe
    return DifferenceView(
        kind=difference.kind,
        journal=ours.key if ours else theirs.key if theirs else None,
        stripe_id=theirs.stripe_id if theirs else None,
        stripe_type=theirs.stripe_type if theirs else None,
        in_ledger=_money(ours),
        at_stripe=_money(theirs),
    )


def _money(line: Line | None) -> SignedMoney | None:
    return None if line is None else SignedMoney(amount_minor=line.amount, currency=line.currency)
