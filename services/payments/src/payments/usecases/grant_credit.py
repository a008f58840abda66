"""Give a person credit to fund with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.money import Money, Price
from contracts.payments.coupon_commands import GrantCredit
from contracts.payments.coupon_views import CreditCause, CreditView
from payments.domain import entries
from payments.domain.currencies import check_payable, step_of
from payments.domain.errors import FinanceOnly
from payments.usecases.granting import grant
from payments.usecases.ports import Calls, UnitsOfWork
from payments.usecases.views import is_finance


@dataclass(frozen=True, slots=True)
class GrantCreditHandler:
    unit_of_work: UnitsOfWork
    calls: Calls
    now: Callable[[], datetime]

    def __call__(self, command: GrantCredit, principal: Principal) -> CreditView:
        """For finance, with a reason, and to others than oneself. The journal is named after the request: asked again it gives
        nothing more.

        Raises:
            FinanceOnly, AmountNotPayable.
        """
        if not is_finance(principal) or principal.user_id == command.user_id:
            raise FinanceOnly
        user_id, amount, currency = command.user_id, command.amount.amount_minor, command.amount.currency
        check_payable(amount, step_of(currency))
        key = f"credit_granted:{self.calls.key()}"
        with self.unit_of_work() as work:
            if work.journals.get(key) is None:
                grant(work, user_id, key, Price(amount_minor=amount, currency=currency), CreditCause.STAFF, self.now())
                work.act("credit.granted", user_id, command.reason, principal)
            there = work.balances.get(entries.credit(user_id, currency)).amount
            return work.answer(CreditView(user_id=user_id, credit=Money(amount_minor=there, currency=currency)))
