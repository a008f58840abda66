"""Show what a person has earned, can be paid out, and has in escrow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.money import Money, SignedMoney
from contracts.payments.views import BalanceView, CurrencyBalanceView
from payments.domain.ledger import AccountKind
from payments.usecases.ports import UnitsOfWork


@dataclass(slots=True)
class _Sums:
    pending: int = 0
    held: int = 0
    available: int = 0
    paid_out: int = 0


@dataclass(frozen=True, slots=True)
class GetBalanceHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, principal: Principal) -> BalanceView:
        """The caller's own balances, one for each currency that they ever had to do with.

        `held` is gross and includes what is being released; `pending` is the net of that.
        """
        sums: defaultdict[str, _Sums] = defaultdict(_Sums)
        with self.unit_of_work() as work:
            for balance in work.balances.of_owner(principal.user_id):
                if balance.account.kind is AccountKind.AVAILABLE:
                    sums[balance.account.currency].available = balance.amount
                if balance.account.kind is AccountKind.BANK:
                    sums[balance.account.currency].paid_out = balance.amount
            for escrow in work.escrows.active_of_payee(principal.user_id):
                sums[escrow.currency].held += escrow.held
                sums[escrow.currency].pending += escrow.pending
        return BalanceView(
            user_id=principal.user_id,
            balances=tuple(
                CurrencyBalanceView(
                    currency=currency,
                    pending=Money(amount_minor=of.pending, currency=currency),
                    available=SignedMoney(amount_minor=of.available, currency=currency),
                    held=Money(amount_minor=of.held, currency=currency),
                    paid_out=Money(amount_minor=of.paid_out, currency=currency),
                )
                for currency, of in sorted(sums.items())
            ),
        )
