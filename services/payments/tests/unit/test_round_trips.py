"""What is kept comes back whole: no adapter forgets a field on the way to the database or back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, asdict, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import count
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from contracts.payments.document_views import LineItem, TaxTreatment
from contracts.payments.subscription_views import BillStatus
from payments.adapters import (
    bill_chargebacks,
    bills,
    chargebacks,
    coupons,
    disputes,
    document_archive,
    escrows,
    histories,
    payout_accounts,
    payouts,
    plans,
    reconciliations,
    sagas,
    subscriptions,
)
from payments.adapters.document_records import TransactionRecord
from payments.domain.chargeback import Chargeback
from payments.domain.coupon import Coupon
from payments.domain.dispute import Dispute
from payments.domain.documents.document import Document, Draft, Line, TaxLine
from payments.domain.documents.due import Due
from payments.domain.documents.transactions import Transaction
from payments.domain.escrow import Escrow
from payments.domain.milestone import Hand, Milestone, Status
from payments.domain.payout import Payout
from payments.domain.payout_account import PayoutAccount
from payments.domain.reconciliation import Difference
from payments.domain.saga import Order, Saga
from payments.domain.subscriptions.bill import Bill
from payments.domain.subscriptions.bill_chargeback import BillChargeback
from payments.domain.subscriptions.plan import Plan
from payments.domain.subscriptions.subscription import Subscription

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
# What has rules of its own, and cannot be filled with any amounts.
SOUND: dict[type, dict[str, Any]] = {
    Milestone: {
        "amount": 2_000,
        "status": Status.AWARDING,
        "funded": 1_000,
        "held": 900,
        "released": 60,
        "refunded": 30,
        "fees": 10,
        "disputed": 7,
        "saga_id": None,  # it is being funded, or has hands
    },
    Bill: {"amount": 100, "refunded": 20, "refunding": 10, "status": BillStatus.PAID},
    Draft: {
        "lines": (Line(LineItem.PLATFORM_FEE, 5, "What for", 50, 1_000),),
        "taxes": (TaxLine(TaxTreatment.STANDARD, 1_900, 5, 1),),
    },
}
Kept = tuple[type, Callable[[Any], Any], Callable[[Any], Any]]
KEPT: list[Kept] = [
    (BillChargeback, bill_chargebacks._document, bill_chargebacks._chargeback),
    (Bill, bills._document, bills._bill),
    (Chargeback, chargebacks._document, chargebacks._chargeback),
    (Coupon, lambda coupon: coupons.CouponDocument(**asdict(coupon)), coupons._coupon),
    (Dispute, disputes._document, disputes._dispute),
    (Document, document_archive._record, document_archive._document),
    (Due, document_archive._due_record, document_archive._due),
    (Escrow, escrows._document, escrows._escrow),
    (Transaction, lambda one: TransactionRecord(**asdict(one) | {"account": one.account.value}), histories._transaction),
    (PayoutAccount, payout_accounts._document, payout_accounts._account),
    (Payout, payouts._document, payouts._payout),
    (Plan, plans.plan_document, plans._plan),
    (Difference, reconciliations._stored, reconciliations._difference),
    (Subscription, subscriptions._document, subscriptions._subscription),
]


def filled(kind: Any, numbers: count[int]) -> Any:
    """A value of this type in which nothing is empty, and nothing what it is by default."""
    options = [option for option in get_args(kind) if option is not NoneType]
    if get_origin(kind) is tuple:
        return tuple(filled(option, numbers) for option in options if option is not Ellipsis)
    if options:
        return filled(options[0], numbers)
    if is_dataclass(kind):
        return _instance(kind, numbers)  # type: ignore[arg-type]  # it is a class
    if issubclass(kind, Enum):
        return list(kind)[-1]
    if kind is datetime:
        return NOW + timedelta(seconds=next(numbers))
    return True if kind is bool else f"text {next(numbers)}" if kind is str else next(numbers)


def _instance(kind: type, numbers: count[int], **given: Any) -> Any:
    hints, known = get_type_hints(kind), SOUND.get(kind, {}) | given
    values = {field.name: known[field.name] if field.name in known else filled(hints[field.name], numbers) for field in fields(kind)}
    for field in fields(kind):
        told = field.name in known or field.default is MISSING or values[field.name] != field.default
        assert told, f"{kind.__name__}.{field.name} would not be missed"
    return kind(**values)


@pytest.mark.parametrize(("kind", "written", "read"), KEPT, ids=[kind.__name__ for kind, _, _ in KEPT])
def test_every_field_comes_back(kind: type, written: Callable[[Any], Any], read: Callable[[Any], Any]) -> None:
    kept = _instance(kind, count(1))
    assert read(written(kept)) == kept


@pytest.mark.parametrize(("by_bank", "told"), [(0, False), (50, False), (90, True)])
def test_a_version_that_knows_all_or_nothing_of_a_bank_is_told_so(by_bank: int, told: bool) -> None:
    hand = Hand("saga_1", 100, to_payer=True, sponsored=10, by_bank=by_bank)
    milestone = Milestone("milestone_1", "Step 1", 100, Status.REFUNDING, funded=100, held=100, hands=(hand,))
    written = escrows._milestone_document(milestone)
    assert written.hands[0].charged_back is told
    assert escrows._milestone(written, 0) == milestone
    written.hands[0].by_bank = None  # as that version writes it
    assert escrows._milestone(written, 0).hands[0].by_bank == (90 if told else 0)


@pytest.mark.parametrize("order", get_args(Order), ids=[order.__name__ for order in get_args(Order)])
def test_every_field_of_a_sagas_order_comes_back(order: type) -> None:
    kept = _instance(Saga, count(1), order=_instance(order, count(100)))
    assert sagas._saga(sagas._document(kept)) == kept
