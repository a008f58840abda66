"""How a person is given credit: the journal and the news of it, in one transaction."""

from __future__ import annotations

from datetime import datetime

from contracts.money import Price
from contracts.payments.coupon_views import CreditCause
from contracts.payments.events import CreditGranted
from payments.domain import entries
from payments.usecases.bookkeeping import post
from payments.usecases.ports import UnitOfWork


def grant(work: UnitOfWork, user_id: str, key: str, amount: Price, cause: CreditCause, at: datetime) -> None:
    """`key` is the journal's: there is never a second of one."""
    post(work, user_id, key, entries.credit_granted(user_id, amount.amount_minor, amount.currency), at)
    work.emit(CreditGranted(user_id=user_id, amount=amount, cause=cause))
