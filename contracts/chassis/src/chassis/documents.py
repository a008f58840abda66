"""Documents: mongoengine classes for the schema and the indexes, read and written with pymongo in a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Generic, TypeVar, cast

import mongoengine
from pymongo.client_session import ClientSession
from pymongo.collection import Collection

from chassis.paging import after, decode_cursor, encode_cursor
from contracts.errors import DomainError, Kind


class StaleVersion(DomainError):
    """Somebody else changed this in the meantime."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "chassis.stale_version"

    def __init__(self, *, asked_by_client: bool = False) -> None:
        """`asked_by_client`: the version came with the request (If-Match), so that trying again cannot help."""
        self.asked_by_client = asked_by_client
        super().__init__()


class VersionedDocument(mongoengine.Document):  # type: ignore[misc]
    """A document with an id of ours and a version that each write raises by one.

    Two releases run side by side while one replaces the other, and after a way back the older stays: fields that a newer one has
    stored are passed over (decision record 0083).
    """

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "auto_create_index": False, "strict": False}

    id = mongoengine.StringField(primary_key=True)
    version = mongoengine.IntField(required=True, default=1)


class Embedded(mongoengine.EmbeddedDocument):  # type: ignore[misc]
    """What documents consist of; it, too, may have more fields than this release knows."""

    meta: ClassVar[dict[str, Any]] = {"abstract": True, "strict": False}


D = TypeVar("D", bound=VersionedDocument)


class DocumentCollection(Generic[D]):
    """The documents of one class, in the transaction of a session; without a session, for plain reads.

    Queries are MongoDB's own, by the names in the database (`_id`, not `id`). Keep them to `_id` or one indexed field.
    """

    def __init__(self, document: type[D], session: ClientSession | None = None) -> None:
        self._document = document
        self._session = session

    @property
    def _collection(self) -> Collection[dict[str, Any]]:
        return cast("Collection[dict[str, Any]]", self._document._get_collection())

    def get(self, id: str) -> D | None:
        """The document with this id, if there is one."""
        data = self.row(id)
        return None if data is None else self._loaded(data)

    def row(self, id: str) -> dict[str, Any] | None:
        """The fields of the document as they are stored: for hot reads, where making a document costs more than the find."""
        return self._collection.find_one({"_id": id}, session=self._session)

    def find(self, query: dict[str, Any], sort: Sequence[tuple[str, int]] = (), limit: int = 0) -> list[D]:
        """The documents that match, in this order; `limit` 0 means all."""
        return [self._loaded(data) for data in self.rows(query, sort, limit)]

    def rows(self, query: dict[str, Any], sort: Sequence[tuple[str, int]] = (), limit: int = 0) -> list[dict[str, Any]]:
        """As `find`, but the fields as they are stored."""
        return list(self._collection.find(query, sort=list(sort) or None, limit=limit, session=self._session))

    def count(self, query: dict[str, Any]) -> int:
        """How many match."""
        return self._collection.count_documents(query, session=self._session)

    def insert(self, document: D) -> None:
        """Write a new document.

        Raises:
            mongoengine.ValidationError: it does not fit its schema.
            pymongo.errors.DuplicateKeyError: its id or a unique field is taken.
        """
        self._collection.insert_one(self._validated(document), session=self._writable())

    def replace(self, document: D, expected_version: int, *, asked_by_client: bool = False) -> None:
        """Write a document over its version `expected_version`; the stored one, and `document.version`, become one higher.

        The version is compared here and not in the write's filter: `{_id, version}` is no index, and inside a
        transaction a write in between is a write conflict anyway.

        Raises:
            StaleVersion: another version is stored, or none.
        """
        session = self._writable()
        stored = self._collection.find_one({"_id": document.id}, {"version": True}, session=session)
        if stored is None or stored["version"] != expected_version:
            raise StaleVersion(asked_by_client=asked_by_client)
        document.version = expected_version + 1
        self._collection.replace_one({"_id": document.id}, self._validated(document), session=session)

    def delete(self, id: str) -> None:
        """Remove the document with this id; nothing happens where there is none."""
        self._collection.delete_one({"_id": id}, session=self._writable())

    def delete_all(self, query: dict[str, Any]) -> int:
        """Remove the documents that match; how many they were."""
        return self._collection.delete_many(query, session=self._writable()).deleted_count

    def page(self, query: dict[str, Any], *, sort: Sequence[tuple[str, int]], cursor: str | None, limit: int) -> tuple[list[D], str | None]:
        """At most `limit` documents behind `cursor`, and the cursor to go on from (None on the last page).

        The order is made total by `_id`. Each sort field must be there, and of one type, in every document.

        Raises:
            InvalidCursor: the cursor is damaged or belongs to another order.
        """
        rows, next_cursor = self.page_of_rows(query, sort=sort, cursor=cursor, limit=limit)
        return [self._loaded(data) for data in rows], next_cursor

    def page_of_rows(
        self, query: dict[str, Any], *, sort: Sequence[tuple[str, int]], cursor: str | None, limit: int
    ) -> tuple[list[dict[str, Any]], str | None]:
        """As `page`, but the fields as they are stored.

        Raises:
            InvalidCursor: the cursor is damaged or belongs to another order.
        """
        order = _total(sort)
        condition = query if cursor is None else {"$and": [query, after(decode_cursor(cursor, order), order)]}
        found = self.rows(condition, order, limit + 1)
        shown = found[:limit]
        next_cursor = encode_cursor([_value(shown[-1], field) for field, _ in order], order) if len(found) > limit else None
        return shown, next_cursor

    def _loaded(self, data: dict[str, Any]) -> D:
        return cast("D", self._document._from_son(data))

    def _validated(self, document: D) -> dict[str, Any]:
        document.validate()
        return cast("dict[str, Any]", document.to_mongo().to_dict())

    def _writable(self) -> ClientSession:
        if self._session is None:
            raise RuntimeError("documents are written in a unit of work: this collection has no session")
        return self._session


def _total(sort: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    if sort and sort[-1][0] == "_id":
        return list(sort)
    return [*sort, ("_id", sort[-1][1] if sort else 1)]


def _value(data: dict[str, Any], path: str) -> Any:
    value: Any = data
    for name in path.split("."):
        value = value[name]
    return value
