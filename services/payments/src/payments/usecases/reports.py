"""Reports as finance sees them."""

from __future__ import annotations

from collections.abc import Iterable

from chassis.principal import Principal
from contracts.money import SignedMoney
from contracts.payments.document_views import FeeLineView, FeeReportView, RevenueLineView, RevenueReportView
from payments.domain.documents.reports import FeeTally, Tally
from payments.domain.errors import FinanceOnly
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import is_finance

AMOUNTS = (
    "paid_in",
    "refunded",
    "released",
    "fees",
    "subscriptions",
    "promotions",
    "credits_granted",
    "chargebacks",
    "losses",
    "paid_out",
    "revenue",
)


def tallies_for(unit_of_work: UnitsOfWork, first: str, last: str, currency: str | None, principal: Principal) -> list[Tally]:
    """The months from `first` to `last`, for finance.

    Raises:
        FinanceOnly.
    """
    if not is_finance(principal):
        raise FinanceOnly
    with unit_of_work() as work:
        return work.tallies.between(first, last, currency)


def revenue_report(tallies: Iterable[Tally]) -> RevenueReportView:
    return RevenueReportView(
        items=tuple(
            RevenueLineView(
                month=tally.month,
                **{name: SignedMoney(amount_minor=getattr(tally, name), currency=tally.currency) for name in AMOUNTS},
            )
            for tally in tallies
        )
    )


def fee_report(tallies: Iterable[Tally]) -> FeeReportView:
    return FeeReportView(items=tuple(_fee_line(tally, fee) for tally in tallies for fee in tally.invoiced))


def _fee_line(tally: Tally, fee: FeeTally) -> FeeLineView:
    net, tax, gross = (SignedMoney(amount_minor=amount, currency=tally.currency) for amount in (fee.net, fee.tax, fee.net + fee.tax))
    return FeeLineView(
        month=tally.month,
        treatment=fee.treatment,
        rate_basis_points=fee.rate,
        invoices=fee.invoices,
        credit_notes=fee.credit_notes,
        net=net,
        tax=tax,
        gross=gross,
    )
