"""Documents come back as they were written, and pages cover a list exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import mongoengine
import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection, Embedded, VersionedDocument
from chassis.mongo import MongoUnitOfWork, Store
from chassis.paging import InvalidCursor

NOON = datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=UTC)


class Milestone(Embedded):
    due_at = mongoengine.DateTimeField()


class PieceDocument(VersionedDocument):
    meta = {"collection": "pieces", "indexes": [{"fields": ["slug"], "unique": True, "sparse": True}]}  # noqa: RUF012 - mongoengine's way
    kind = mongoengine.StringField(required=True)
    made_at = mongoengine.DateTimeField(required=True)
    slug = mongoengine.StringField()
    milestones = mongoengine.EmbeddedDocumentListField(Milestone)


class UnitOfWork(MongoUnitOfWork):
    def open(self, session: ClientSession) -> None:
        self.pieces: DocumentCollection[PieceDocument] = DocumentCollection(PieceDocument, session)


def insert(store: Store, *pieces: PieceDocument) -> None:
    with UnitOfWork(store) as work:
        for piece in pieces:
            work.pieces.insert(piece)


def test_moments_come_back_aware_at_every_depth(store: Store) -> None:
    insert(store, PieceDocument(id="p", kind="k", made_at=NOON, milestones=[Milestone(due_at=NOON)]))
    piece = DocumentCollection(PieceDocument).get("p")
    assert piece is not None
    assert piece.made_at == piece.milestones[0].due_at == NOON
    assert piece.made_at.tzinfo is piece.milestones[0].due_at.tzinfo is UTC


def test_what_a_newer_release_has_added_is_passed_over(store: Store) -> None:
    insert(store, PieceDocument(id="p", kind="k", made_at=NOON, milestones=[Milestone(due_at=NOON)]))
    added = {"new": {"of": 1}, "milestones.0.new": "too"}
    store.database.pieces.update_one({"_id": "p"}, {"$set": added})
    piece = DocumentCollection(PieceDocument).get("p")
    assert piece is not None
    assert (piece.kind, piece.milestones[0].due_at) == ("k", NOON)
    with pytest.raises(mongoengine.errors.FieldDoesNotExist):  # who writes says what there is
        PieceDocument(id="q", kind="k", made_at=NOON, kinds="k")
    with pytest.raises(mongoengine.errors.FieldDoesNotExist):
        Milestone(due=NOON)


def test_what_is_not_there_is_none(store: Store) -> None:
    assert DocumentCollection(PieceDocument).get("p") is None


def test_a_document_that_does_not_fit_its_schema_is_refused(store: Store) -> None:
    with pytest.raises(mongoengine.ValidationError):
        insert(store, PieceDocument(id="p", made_at=NOON))


def test_a_taken_unique_field_is_refused(store: Store) -> None:
    PieceDocument.ensure_indexes()
    insert(store, PieceDocument(id="p", kind="k", made_at=NOON, slug="one"))
    with pytest.raises(DuplicateKeyError):
        insert(store, PieceDocument(id="q", kind="k", made_at=NOON, slug="one"))


def test_nothing_is_written_outside_a_unit_of_work(store: Store) -> None:
    pieces = DocumentCollection(PieceDocument)
    piece = PieceDocument(id="p", kind="k", made_at=NOON)
    writes: list[Callable[[], None]] = [lambda: pieces.insert(piece), lambda: pieces.replace(piece, 1), lambda: pieces.delete("p")]
    writes.append(lambda: pieces.delete_all({"kind": "k"}))
    for write in writes:
        with pytest.raises(RuntimeError, match="unit of work"):
            write()


def test_find_count_and_delete_see_the_transaction(store: Store) -> None:
    insert(store, *(PieceDocument(id=f"p{n}", kind="even" if n % 2 == 0 else "odd", made_at=NOON) for n in range(5)))
    with UnitOfWork(store) as work:
        work.pieces.delete("p0")
        work.pieces.insert(PieceDocument(id="p6", kind="even", made_at=NOON))
        assert [piece.id for piece in work.pieces.find({"kind": "even"}, sort=[("_id", -1)], limit=2)] == ["p6", "p4"]
        assert work.pieces.count({"kind": "even"}) == 3
        assert DocumentCollection(PieceDocument).get("p6") is None
    assert DocumentCollection(PieceDocument).count({"kind": "even"}) == 3
    with UnitOfWork(store) as work:
        assert work.pieces.delete_all({"kind": "even"}) == 3
        assert work.pieces.delete_all({"kind": "even"}) == 0
    assert DocumentCollection(PieceDocument).count({}) == 2


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("limit", [1, 3, 7, 20, 100])
def test_pages_cover_a_list_with_ties_exactly(store: Store, direction: int, limit: int) -> None:
    insert(store, *(PieceDocument(id=f"p{n:02}", kind="k", made_at=NOON + timedelta(milliseconds=n % 4)) for n in range(20)))
    insert(store, PieceDocument(id="other", kind="other", made_at=NOON))
    pieces = DocumentCollection(PieceDocument)
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(-(-20 // limit)):
        page, cursor = pieces.page({"kind": "k"}, sort=[("made_at", direction)], cursor=cursor, limit=limit)
        assert len(page) <= limit
        seen += [piece.id for piece in page]
    assert cursor is None
    expected = sorted((n % 4, f"p{n:02}") for n in range(20))
    assert seen == [id for _, id in (expected if direction > 0 else reversed(expected))]


def test_a_page_goes_on_where_it_ended_whatever_was_added_before_it(store: Store) -> None:
    insert(store, *(PieceDocument(id=f"p{n}", kind="k", made_at=NOON + timedelta(seconds=n)) for n in range(4)))
    pieces = DocumentCollection(PieceDocument)
    _, cursor = pieces.page({}, sort=[("made_at", -1)], cursor=None, limit=2)
    insert(store, PieceDocument(id="newer", kind="k", made_at=NOON + timedelta(days=1)))
    page, cursor = pieces.page({}, sort=[("made_at", -1)], cursor=cursor, limit=2)
    assert ([piece.id for piece in page], cursor) == (["p1", "p0"], None)


def test_a_cursor_of_another_list_is_refused(store: Store) -> None:
    insert(store, *(PieceDocument(id=f"p{n}", kind="k", made_at=NOON) for n in range(2)))
    pieces = DocumentCollection(PieceDocument)
    _, cursor = pieces.page({}, sort=[("made_at", -1)], cursor=None, limit=1)
    with pytest.raises(InvalidCursor):
        pieces.page({}, sort=[("kind", -1)], cursor=cursor, limit=1)
