"""Show what happened in one of a person's accounts."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.money import SignedMoney
from contracts.payments.queries import GetStatement
from contracts.payments.views import StatementLineView, StatementView
from payments.domain.ledger import Account, AccountKind, statement_of
from payments.usecases.ports import UnitsOfWork


@dataclass(frozen=True, slots=True)
class GetStatementHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetStatement, principal: Principal) -> StatementView:
        """The caller's own account: what was there, each journal that touched it, and what is there after."""
        account = Account(AccountKind(query.account.value), principal.user_id, query.currency)
        with self.unit_of_work() as work:
            statement = statement_of(account, work.journals.of_account(account), query.since, query.until)

        def money(amount: int) -> SignedMoney:
            return SignedMoney(amount_minor=amount, currency=query.currency)

        return StatementView(
            account=query.account,
            currency=query.currency,
            since=query.since,
            until=query.until,
            opening=money(statement.opening),
            closing=money(statement.closing),
            lines=tuple(
                StatementLineView(
                    at=line.at, kind=line.kind, reference=line.reference, amount=money(line.amount), balance=money(line.balance)
                )
                for line in statement.lines
            ),
        )
