"""Show what a person has earned, can be paid out, and has in escrow, now or at a moment of the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from chassis.principal import Principal
from contracts.money import Money, SignedMoney
from contracts.payments.queries import GetBalance
from contracts.payments.views import BalanceView, CurrencyBalanceView
from payments.domain import entries
from payments.domain.ledger import AccountKind, balance_at
from payments.usecases.ports import UnitOfWork, UnitsOfWork


@dataclass(slots=True)
class _Sums:
    accounts: defaultdict[AccountKind, int] = field(default_factory=lambda: defaultdict(int))
    releasing: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class GetBalanceHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetBalance, principal: Principal) -> BalanceView:
        """The caller's own balances, one for each currency that they ever had to do with.

        `held` is gross and includes what is being released; `pending` is the net of that, what is not settled yet and what waits for an
        account. For a moment of the past all is read from the journals alone, and nothing is known of what was on its way then.
        """
        with self.unit_of_work() as work:
            if query.as_of is None:
                sums = _now(work, principal.user_id)
            else:
                sums = _at(work, principal.user_id, query.as_of)
        balances = tuple(_view(currency, of) for currency, of in sorted(sums.items()))
        return BalanceView(user_id=principal.user_id, balances=balances, as_of=query.as_of)


def _now(work: UnitOfWork, user_id: str) -> dict[str, _Sums]:
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    for balance in work.balances.of_owner(user_id):
        sums[balance.account.currency].accounts[balance.account.kind] = balance.amount
    for escrow in work.escrows.active_of_payee(user_id):
        sums[escrow.currency].held += escrow.held
        sums[escrow.currency].releasing += escrow.pending
    return sums


def _at(work: UnitOfWork, user_id: str, at: datetime) -> dict[str, _Sums]:
    sums: defaultdict[str, _Sums] = defaultdict(_Sums)
    for balance in work.balances.of_owner(user_id):
        account = balance.account
        sums[account.currency].accounts[account.kind] = balance_at(account, work.journals.of_account(account), at)
    for escrow_id, currency in _escrows(work, user_id):
        sums[currency].held += balance_at(entries.held(escrow_id, currency), work.journals.of_book(escrow_id), at)
    return sums


def _escrows(work: UnitOfWork, user_id: str) -> Iterator[tuple[str, str]]:
    for escrow in work.escrows.of_payee(user_id):
        yield escrow.id, escrow.currency


def _view(currency: str, of: _Sums) -> CurrencyBalanceView:
    """What is pending may be below zero for a while after a chargeback: then nothing is."""

    def money(amount: int) -> Money:
        return Money(amount_minor=amount, currency=currency)

    return CurrencyBalanceView(
        currency=currency,
        pending=money(max(0, of.accounts[AccountKind.PENDING] + of.accounts[AccountKind.OWED] + of.releasing)),
        available=SignedMoney(amount_minor=of.accounts[AccountKind.AVAILABLE], currency=currency),
        held=money(of.held),
        paid_out=money(of.accounts[AccountKind.BANK]),
        in_transit=money(of.accounts[AccountKind.IN_TRANSIT]),
        credit=money(of.accounts[AccountKind.CREDIT]),
        awaiting_account=money(of.accounts[AccountKind.OWED]),
    )
