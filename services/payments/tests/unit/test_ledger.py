"""The ledger: nothing is lost or made, in no currency, and no entry can be changed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from payments_fakes import Memory

from payments.domain import entries
from payments.domain.errors import InsufficientBalance, InvariantBroken
from payments.domain.ledger import (
    MAY_BE_NEGATIVE,
    Account,
    AccountKind,
    Balance,
    Book,
    Move,
    balance_at,
    balances_of,
    statement_of,
    verify_chain,
)
from payments.domain.ledger.journals import canonical
from payments.usecases.bookkeeping import post

AT = datetime(2030, 1, 1, tzinfo=UTC)
CURRENCIES = ("EUR", "JPY", "KWD")
amounts = st.integers(min_value=1, max_value=10**12)


def account(kind: AccountKind, owner: str = "x", currency: str = "EUR") -> Account:
    return Account(kind, owner, currency)


# One draw for both ends: Hypothesis takes as long for a choice among few as among many.
ENDS = [*permutations(product(AccountKind, "ab"), 2)]


def move(currency: str, ends: int, amount: int) -> Move:
    source, destination = (account(kind, owner, currency) for kind, owner in ENDS[ends])
    return Move(source, destination, amount)


moves = st.builds(move, st.sampled_from(CURRENCIES), st.sampled_from(range(len(ENDS))), amounts)


@given(st.lists(moves, min_size=1, max_size=10))
def test_the_postings_of_a_journal_sum_to_zero_in_every_currency(entry: list[Move]) -> None:
    _, journal = Book("b").append("key", tuple(entry), AT)
    for currency in CURRENCIES:
        assert sum(amount for at, amount in journal.postings().items() if at.currency == currency) == 0


@given(amounts)
def test_no_move_mixes_currencies(amount: int) -> None:
    with pytest.raises(ValueError, match="one currency"):
        Move(account(AccountKind.PAYER), account(AccountKind.HELD, currency="USD"), amount)


@pytest.mark.parametrize("amount", [0, -1])
def test_a_move_moves_something(amount: int) -> None:
    with pytest.raises(ValueError, match="above zero"):
        Move(account(AccountKind.PAYER), account(AccountKind.HELD), amount)


def test_a_move_has_two_ends_and_a_journal_a_move() -> None:
    with pytest.raises(ValueError, match="two ends"):
        Move(account(AccountKind.HELD), account(AccountKind.HELD), 1)
    with pytest.raises(ValueError, match="moves something"):
        Book("b").append("key", (), AT)


def test_only_what_is_outside_may_be_negative() -> None:
    assert Balance(account(AccountKind.PAYER)).add(-5).amount == -5
    with pytest.raises(InsufficientBalance):
        Balance(account(AccountKind.AVAILABLE), 4).add(-5)
    with pytest.raises(InsufficientBalance):
        Balance(account(AccountKind.CREDIT), 4).add(-5)
    for kind in set(AccountKind) - MAY_BE_NEGATIVE - {AccountKind.AVAILABLE, AccountKind.CREDIT}:
        with pytest.raises(InvariantBroken):
            Balance(account(kind), 4).add(-5)


@given(st.lists(moves, min_size=2, max_size=6), st.data())
def test_a_book_that_was_tampered_with_does_not_verify(entries: list[Move], data: st.DataObject) -> None:
    book, journals = Book("b"), []
    for number, move in enumerate(entries):
        book, journal = book.append(f"key {number}", (move,), AT)
        journals.append(journal)
    verify_chain(journals)

    at = data.draw(st.integers(0, len(journals) - 1))
    journal = journals[at]
    changed = replace(journal.moves[0], amount=journal.moves[0].amount + 1)
    for forged in (
        [*journals[:at], replace(journal, moves=(changed,)), *journals[at + 1 :]],
        [*journals[:at], replace(journal, key="other"), *journals[at + 1 :]],
        [*journals[:at], journal, *journals[at:]],
        journals[::-1],
        journals[1:],
    ):
        with pytest.raises(InvariantBroken):
            verify_chain(forged)


def test_a_chargeback_alone_may_leave_a_person_in_debt_and_what_comes_in_pays_it_off() -> None:
    balance = Balance(account(AccountKind.AVAILABLE), 4).add(-10, overdraw=True)
    assert balance.amount == -6
    assert balance.add(2).amount == -4
    with pytest.raises(InsufficientBalance):
        balance.add(-1)
    with pytest.raises(InvariantBroken):
        Balance(account(AccountKind.HELD), 4).add(-10, overdraw=True)


def test_what_a_journal_hashes_is_one_text_for_ever() -> None:
    """Entries written by any version must verify by any other."""
    _, journal = Book("escrow_1").append("fund:saga_1", entries.funded("escrow_1", 1234, "KWD"), AT)
    assert canonical(journal.book, journal.number, journal.key, journal.at, journal.moves, journal.previous_hash) == (
        '{"at":"2030-01-01T00:00:00.000+00:00","book":"escrow_1","key":"fund:saga_1","moves":[{"amount":1234,"from":"payer:escrow_1:KWD",'
        '"to":"held:escrow_1:KWD"}],"number":1,"previous":"' + "0" * 64 + '"}'
    )
    assert journal.hash == "aaef2bcc4d92d82eccc8d067b8d732a34774a08761b887cc1cb0bd64720ba697"


@given(st.lists(st.tuples(moves, st.integers(0, 9)), min_size=1, max_size=12), st.integers(0, 10), st.integers(0, 10))
def test_a_statement_opens_where_the_one_before_closed(entry: list[tuple[Move, int]], since: int, length: int) -> None:
    journals = [Book(f"b{n}").append(f"kind:{n}", (move,), AT + timedelta(days=day))[1] for n, (move, day) in enumerate(entry)]
    at = entry[0][0].destination
    begin, end = AT + timedelta(days=since), AT + timedelta(days=since + length)
    before, within = statement_of(at, journals, AT, begin), statement_of(at, journals, begin, end)
    assert before.closing == within.opening == balance_at(at, journals, begin - timedelta(milliseconds=1))
    assert within.opening + sum(line.amount for line in within.lines) == within.closing
    assert within.closing == balance_at(at, journals, end - timedelta(milliseconds=1))
    assert all(begin <= line.at < end and line.amount for line in within.lines)
    assert statement_of(at, journals[::-1], begin, end) == within


def test_an_account_is_found_again_by_its_id() -> None:
    held = account(AccountKind.HELD, "escrow_1", "KWD")
    assert Account.from_id(held.id) == held


class LedgerMachine(RuleBasedStateMachine):
    """Journals posted in any order, refused where they would overdraw: balances are always what the journals say."""

    keys = Bundle("keys")

    @initialize()
    def begin(self) -> None:
        self.memory = Memory()
        self.written = 0

    @rule(target=keys, entry=st.lists(moves, min_size=1, max_size=4), book=st.sampled_from("xyz"))
    def post(self, entry: list[Move], book: str) -> str:
        key = f"key {self.written}"
        self.written += 1
        self._post(book, key, entry)
        return key

    @rule(key=keys, entry=st.lists(moves, min_size=1, max_size=2))
    def post_twice(self, key: str, entry: list[Move]) -> None:
        before = dict(self.memory.table("balances"))
        if key in self.memory.table("journals"):
            with pytest.raises(InvariantBroken), self.memory.unit_of_work() as work:
                post(work, "x", key, tuple(entry), AT)
        assert self.memory.table("balances") == before

    def _post(self, book: str, key: str, entry: list[Move]) -> None:
        try:
            with self.memory.unit_of_work() as work:
                post(work, book, key, tuple(entry), AT)
        except (InsufficientBalance, InvariantBroken):
            assert key not in self.memory.table("journals")

    @invariant()
    def the_stored_balances_are_those_of_the_journals(self) -> None:
        stored = {row.account: row.amount for row in self.memory.table("balances").values() if row.amount}
        assert stored == dict(balances_of(self.memory.table("journals").values()))
        for currency in CURRENCIES:
            assert sum(amount for at, amount in stored.items() if at.currency == currency) == 0

    @invariant()
    def nothing_but_the_outside_is_negative(self) -> None:
        assert all(row.amount >= 0 or row.account.kind in MAY_BE_NEGATIVE for row in self.memory.table("balances").values())

    @invariant()
    def every_book_verifies(self) -> None:
        with self.memory.unit_of_work() as work:
            for book in self.memory.table("books"):
                verify_chain(work.journals.of_book(book))


TestLedgerMachine = LedgerMachine.TestCase
TestLedgerMachine.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
