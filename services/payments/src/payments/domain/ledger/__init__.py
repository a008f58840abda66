"""The double-entry ledger: accounts, journals that sum to zero by construction, hash-chained books, balances and statements."""

from payments.domain.ledger.accounts import EARNINGS, MAY_BE_NEGATIVE, Account, AccountKind
from payments.domain.ledger.balances import Balance, balances_of
from payments.domain.ledger.books import GENESIS, Book, verify_chain
from payments.domain.ledger.journals import Journal, Move, postings_of, undone
from payments.domain.ledger.statements import Line, Statement, balance_at, statement_of

__all__ = [
    "EARNINGS",
    "GENESIS",
    "MAY_BE_NEGATIVE",
    "Account",
    "AccountKind",
    "Balance",
    "Book",
    "Journal",
    "Line",
    "Move",
    "Statement",
    "balance_at",
    "balances_of",
    "postings_of",
    "statement_of",
    "undone",
    "verify_chain",
]
