"""What documents are kept in, in the fake and in MongoDB: both pass one suite; and numbers without gaps from many at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pymongo
import pytest
from payments_fakes import Memory
from payments_papers import SELLER, issuer, numbers_have_no_gap

from chassis.ids import new_id
from chassis.mongo import LostRace, Store, retrying
from contracts.payments.document_views import DocumentKind, LineItem, TaxTreatment, TransactionAccount
from local_platform.databases import OpenStore
from payments import migrations
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain import entries
from payments.domain.documents.branding import Brand
from payments.domain.documents.document import Branding, Document, Draft, Line, Party
from payments.domain.documents.due import Due
from payments.domain.documents.people import BillingDetails, Person
from payments.domain.documents.reports import FeeTally, Tally
from payments.domain.documents.series import Series
from payments.domain.documents.tax import untaxed
from payments.domain.documents.transactions import Transaction
from payments.domain.escrow import Escrow
from payments.domain.milestone import Milestone
from payments.migrations import m0009_papers
from payments.usecases.bookkeeping import post
from payments.usecases.document_ports import DocumentFilter, TransactionFilter
from payments.usecases.issue_documents import IssueDocumentsHandler
from payments.usecases.ports import UnitOfWork

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
Units = Callable[[], UnitOfWork]


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def units(request: pytest.FixtureRequest) -> Units:
    if request.param == "fake":
        return Memory().unit_of_work
    store: Store = request.getfixturevalue("store")
    return lambda: PaymentsUnitOfWork(store)


def document(number: int, *, recipient_id: str = "user_1", at: datetime = NOW, key: str | None = None, escrow_id: str = "e") -> Document:
    draft = Draft(
        key=key or f"receipt:fund:{number}",
        kind=DocumentKind.RECEIPT,
        recipient_id=recipient_id,
        recipient=Party("Zoë", ("Straße 1", "Göttingen"), "DE", "DE123456789"),
        currency="EUR",
        lines=(Line(LineItem.ESCROW_DEPOSIT, 10**12, "Title", 5, 7), Line(LineItem.PROMOTION, -1)),
        taxes=(untaxed(10**12 - 1),),
        supplied_at=at,
        source=f"fund:{number}",
        branding=Branding("OpenChance", "#1f3a5f"),
        escrow_id=escrow_id,
        challenge_id="c",
        related="X-1",
        charge_id="ch",
    )
    return Document(new_id("document"), f"OC-RCT-2030-{number:06d}", SELLER, at, draft)


def test_a_document_comes_back_as_it_was_kept(units: Units) -> None:
    kept = document(1)
    with units() as work:
        work.documents.add(kept)
    with units() as work:
        assert work.documents.get(kept.id) == kept
        assert work.documents.of_key(kept.draft.key) == kept
        assert work.documents.of_escrow("e") == [kept]
        assert work.documents.get("document_other") is None
        assert work.documents.of_key("other") is None


@pytest.mark.parametrize("again", [document(1, key="another"), document(2, key="receipt:fund:1")], ids=["number", "key"])
def test_a_number_and_a_fact_are_there_once(units: Units, again: Document) -> None:
    with units() as work:
        work.documents.add(document(1))
    with pytest.raises(LostRace), units() as work:
        work.documents.add(again)


def test_documents_are_paged_the_latest_first(units: Units) -> None:
    kept = [document(number, at=NOW + timedelta(seconds=number // 2)) for number in range(1, 6)]
    with units() as work:
        for one in [*kept, document(9, recipient_id="user_2")]:
            work.documents.add(one)
    expected = sorted(kept, key=lambda one: (one.issued_at, one.id), reverse=True)
    found: list[Document] = []
    cursor = None
    with units() as work:
        for _ in range(3):
            page, cursor = work.documents.page(DocumentFilter("user_1"), cursor, 2)
            found += page
        assert (found, cursor) == (expected, None)
        for wanted, number in (
            (DocumentFilter("user_1", kind=DocumentKind.RECEIPT, currency="EUR", escrow_id="e"), 5),
            (DocumentFilter("user_1", kind=DocumentKind.INVOICE), 0),
            (DocumentFilter("user_1", since=NOW + timedelta(seconds=1), until=NOW + timedelta(seconds=2)), 2),
        ):
            assert len(work.documents.page(wanted, None, 10)[0]) == number


def test_the_oldest_that_is_due_is_found_though_it_was_put_off(units: Units) -> None:
    with units() as work:
        assert work.due.oldest() is None
        for number in (2, 1):
            work.due.add(Due.now(f"fund:{number}", "e", NOW + timedelta(seconds=number)))
    for key, oldest in (("fund:1", 2), ("fund:2", None)):
        with units() as work:
            due = work.due.get(key)
            assert due is not None
            work.due.save(due.put_off(NOW + timedelta(hours=1)))
        with units() as work:
            due = work.due.get(key)
            assert due is not None
            assert work.due.oldest() == due.at
            work.due.save(due.written_down())
        with units() as work:
            assert work.due.oldest() == (None if oldest is None else NOW + timedelta(seconds=oldest))


def test_what_is_due_waits_until_it_is_done(units: Units) -> None:
    with units() as work:
        for number in (2, 1, 3):
            work.due.add(Due.now(f"fund:{number}", "e", NOW + timedelta(seconds=number)))
    with units() as work:
        assert [due.id for due in work.due.ready(NOW + timedelta(seconds=2), 9)] == ["fund:1", "fund:2"]
        assert [due.id for due in work.due.ready(NOW + timedelta(seconds=3), 2)] == ["fund:1", "fund:2"]
        first = work.due.get("fund:1")
        assert first is not None
        work.due.save(first.written_down())
        (second,) = work.due.ready(NOW + timedelta(seconds=2), 9)[1:] or [work.due.get("fund:2")]
        assert second is not None
        work.due.save(second.put_off(NOW + timedelta(minutes=2)))
    with units() as work:
        assert [due.id for due in work.due.ready(NOW + timedelta(minutes=1), 9)] == ["fund:3"]
        assert work.due.unknown(["fund:1", "fund:9", "fund:2"]) == ["fund:9"]
        assert [due.id for due in work.due.ready(NOW - timedelta(hours=1), 9)] == ["fund:3", "fund:2"]  # the clock was set back
    with pytest.raises(LostRace), units() as work:
        work.due.add(Due.now("fund:1", "e", NOW))


def test_histories_series_tallies_and_people_come_back(units: Units) -> None:
    entry = Transaction("t", "user_1", NOW, TransactionAccount.EARNED, "release", "s", -(10**12), 7, "EUR", "e", "Title")
    fees = FeeTally(TaxTreatment.STANDARD, 1900, 2, 1, -5, -1)
    tally = Tally("2030-01", "EUR", paid_in=10**12, losses=-3, invoiced=(fees,))
    with units() as work:
        work.transactions.add(entry)
        work.transactions.add(replace(entry, id="u", at=NOW + timedelta(seconds=1), kind="fund", account=TransactionAccount.PAID))
        work.tallies.save(tally)
        work.tallies.save(Tally("2030-02", "JPY"))
        work.series.save(Series("S").next(NOW)[0])
        work.people.put(Person("user_1", 0, "Ada", "de", 3))
        work.billing.save(BillingDetails("user_1").changed(Party("Ada", ("1",), "DE"), "organisation_1"))
        work.brands.put(Brand("organisation_1").told("Acme", None, 2))
    with units() as work:
        assert work.transactions.earliest(TransactionFilter("user_1"), 5)[0] == entry
        assert work.transactions.page(TransactionFilter("user_1", account=TransactionAccount.EARNED, kind="release"), None, 5)[0] == [entry]
        assert work.transactions.page(TransactionFilter("user_1", since=NOW + timedelta(seconds=2)), None, 5) == ([], None)
        period = TransactionFilter("user_1", since=NOW, until=NOW + timedelta(seconds=1))
        assert work.transactions.page(period, None, 5) == ([entry], None)
        stored = work.tallies.get("2030-01", "EUR")
        assert stored == replace(tally, version=1)
        assert [row.id for row in work.tallies.between("2030-01", "2030-02", None)] == ["2030-01:EUR", "2030-02:JPY"]
        assert [row.id for row in work.tallies.between("2030-02", "2030-09", None)] == ["2030-02:JPY"]
        assert [row.id for row in work.tallies.between("2030-01", "2030-02", "EUR")] == ["2030-01:EUR"]
        series = work.series.get("S")
        assert (series.last, series.last_at, series.version) == (1, NOW, 1)
        work.series.save(series.next(NOW)[0])
        work.tallies.save(replace(stored, fees=5))
        assert work.people.get("user_1") == Person("user_1", 1, "Ada", "de", 3)
        details = work.billing.get("user_1")
        assert (details.party, details.organisation_id) == (Party("Ada", ("1",), "DE"), "organisation_1")
        work.billing.save(details.changed(Party("Ada L.")))
        brand = work.brands.get("organisation_1")
        assert brand == Brand("organisation_1", 1, "Acme", None, 2)
        work.brands.put(brand.told("Acme Ltd", "#aa0011", 3))
    with units() as work:
        assert work.series.get("S").last == 2
        assert work.tallies.get("2030-01", "EUR").fees == 5
        details = work.billing.get("user_1")
        assert (details.party, details.organisation_id) == (Party("Ada L."), None)
        assert work.brands.get("organisation_1") == Brand("organisation_1", 2, "Acme Ltd", "#aa0011", 3)
        assert (work.series.get("T").last, work.people.get("user_2"), work.brands.get("organisation_2")) == (0, None, None)
        assert work.billing.get("user_2").party is None


def test_the_journals_of_before_are_noted_as_due_once(store: Store) -> None:
    with PaymentsUnitOfWork(store) as work:
        post(work, "e", "fund:1", entries.funded("e", 10, "EUR"), NOW)
        post(work, "e", "fund:2", entries.funded("e", 10, "EUR"), NOW)
    store.database["documents_due"].delete_one({"_id": "fund:1"})
    for _ in range(2):
        m0009_papers.migrate(store.database)
    with PaymentsUnitOfWork(store) as work:
        assert {due.id for due in work.due.ready(NOW, 9)} == {"fund:1", "fund:2"}
        assert work.due.get("fund:1") == replace(Due.now("fund:1", "e", NOW), version=1)


class Broken(Exception):
    """The process is gone, between the number and the commit."""


class Dying(PaymentsUnitOfWork):
    """Every fourth transaction that wrote a document dies before it commits."""

    chance = random.Random(7)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None and self.chance.random() < 0.25:
            super().__exit__(Broken, Broken(), None)
            raise Broken
        super().__exit__(kind, error, trace)  # type: ignore[arg-type]


def test_numbers_have_no_gap_however_many_write_at_once_and_whatever_dies(store: Store) -> None:
    """Eight at once, each over the same due documents, a quarter of the transactions dying: every number once, none left out."""
    facts = 40
    escrow = Escrow(new_id("escrow"), 1, new_id("challenge"), "Title", new_id("user"), new_id("user"), "EUR", 1000, (), NOW)
    with PaymentsUnitOfWork(store) as work:
        work.escrows.add(replace(escrow, milestones=(Milestone("m", "One", 10**9),)))
        for number in range(facts):
            post(work, escrow.id, f"fund:{number:03d}", entries.funded(escrow.id, 10, "EUR"), NOW)

    def issue(at_once: int) -> None:
        handler = IssueDocumentsHandler(lambda: Dying(store), issuer(), retrying, new_id, lambda: NOW + timedelta(minutes=at_once))
        for _ in range(60):
            with PaymentsUnitOfWork(store) as work:
                if not work.due.ready(NOW + timedelta(hours=1), 1):
                    return
            try:
                handler()
            except Broken:
                continue

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(issue, range(8)))
    # What the one with the latest clock put off last is due for none of the eight.
    IssueDocumentsHandler(lambda: PaymentsUnitOfWork(store), issuer(), retrying, new_id, lambda: NOW + timedelta(minutes=59))()
    with PaymentsUnitOfWork(store) as work:
        assert work.due.ready(NOW + timedelta(hours=1), 9) == []
        papers = work.documents.of_escrow(escrow.id)
        entered = work.transactions.earliest(TransactionFilter(escrow.payer_id), 100)
        tally = work.tallies.get("2030-01", "EUR")
    assert len(papers) == len(entered) == facts
    assert numbers_have_no_gap([paper.number for paper in papers])
    assert len({paper.draft.key for paper in papers}) == facts
    assert [paper.number for paper in sorted(papers, key=lambda paper: paper.number)] == [
        paper.number for paper in sorted(papers, key=lambda paper: (paper.issued_at, paper.number))
    ]
    assert tally.paid_in == facts * 10


def test_every_query_of_documents_has_its_index(store: Store) -> None:
    def indexes(collection: str) -> set[tuple[str, ...]]:
        return {tuple(field for field, _ in index["key"]) for index in store.database[collection].index_information().values()}

    assert {("key",), ("number",), ("recipient_id", "issued_at", "_id"), ("escrow_id",)} <= indexes("accounting_documents")
    assert ("user_id", "at", "_id") in indexes("transactions")
    assert ("waits", "due_at") in indexes("documents_due")
    assert isinstance(store.client, pymongo.MongoClient)
