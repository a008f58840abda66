"""Where a service keeps personal data, as a table: what is exported of each collection and what becomes of it when a person is erased."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Protocol

from pymongo.collection import Collection
from pymongo.database import Database

from chassis.crash_points import declare, reached
from contracts.errors import DomainError, Kind
from contracts.privacy.views import ObligationView, PersonalDataView, PersonalRecordView

ERASED = "[erased]"
_PAGE = 100
_BATCH = 500
Query = Mapping[str, Any]
declare(
    {
        "erasing.own_steps_done": "what the service does before is done, its collections are as they were",
        "erasing.collection_swept": "one collection of the table is swept, those behind it are not",
    }
)


class CursorInvalid(DomainError):
    """This cursor is not one of ours."""

    kind = Kind.INVALID
    code = "chassis.privacy.cursor"


class Keeper(Protocol):
    """What a service knows and does about one person."""

    def obligations(self, user_id: str) -> Sequence[ObligationView]:
        """What keeps their data from being erased now."""

    def export(self, user_id: str, cursor: str | None) -> PersonalDataView:
        """A page of what is kept of them."""

    def erase(self, user_id: str) -> Mapping[str, int]:
        """Remove it or make it pseudonymous; how much it was, by collection. Safe to do again.

        Raises:
            NotYet: something is still under way.
        """


@dataclass(frozen=True, slots=True)
class Kept:
    """One collection. `of` finds a person's documents; `change` is what becomes of them (None: they are removed).

    `export` says whether they go into the copy of their data that a person may ask for, without the fields in `hidden`.
    A value in `change` that can be called is made at the time.
    `pulled` names a list that the person's id is taken out of.
    """

    collection: str
    of: Callable[[str], Query]
    change: Mapping[str, Any] | None = None
    pulled: str | None = None
    export: bool = True
    hidden: frozenset[str] = field(default_factory=frozenset)
    remains: bool = False  # nothing becomes of them: the law wants them, or they tell nothing (docs/security/retention.md)


class MongoKeeper:
    """The port Keeper over such a table."""

    def __init__(
        self,
        database: Database[dict[str, Any]],
        kept: Sequence[Kept],
        obligations: Callable[[str], Sequence[ObligationView]] | None = None,
        before: Callable[[str], None] = lambda _: None,
        shown: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] | None = None,
    ) -> None:
        """`before` is done before anything is erased; `shown` makes a stored document readable, by collection."""
        self._database = database
        self._kept = tuple(kept)
        self._obligations = obligations
        self._before = before
        self._shown = shown or {}

    @property
    def collections(self) -> frozenset[str]:
        """Those that the table speaks of."""
        return frozenset(kept.collection for kept in self._kept)

    @property
    def may_owe(self) -> bool:
        return self._obligations is not None

    def obligations(self, user_id: str) -> Sequence[ObligationView]:
        return self._obligations(user_id) if self._obligations else ()

    def erase(self, user_id: str) -> Mapping[str, int]:
        self._before(user_id)
        reached("erasing.own_steps_done")
        counts: dict[str, int] = {}
        for kept in self._kept:
            if not kept.remains:
                counts[kept.collection] = counts.get(kept.collection, 0) + self._erase(kept, user_id)
                reached("erasing.collection_swept")
        return {name: count for name, count in counts.items() if count}

    def export(self, user_id: str, cursor: str | None) -> PersonalDataView:
        place, after = _place(cursor)
        exported = [kept for kept in self._kept if kept.export]
        items: list[PersonalRecordView] = []
        while place < len(exported):
            kept = exported[place]
            query = _beyond(dict(kept.of(user_id)), after)
            rows = list(self._database[kept.collection].find(query, sort=[("_id", 1)], limit=_PAGE - len(items)))
            items += [self._record(kept, row) for row in rows]
            if len(items) >= _PAGE:
                return PersonalDataView(items=tuple(items), next_cursor=_cursor(place, items[-1].id))
            place, after = place + 1, ""
        return PersonalDataView(items=tuple(items))

    def _erase(self, kept: Kept, user_id: str) -> int:
        rows, query = self._database[kept.collection], dict(kept.of(user_id))
        if rows.find_one(query, {"_id": True}) is None:
            return 0  # asked first: the embedded server now and then fails to take something out of a collection that is not there yet
        if kept.pulled:
            return int(rows.update_many(query, {"$pull": {kept.pulled: user_id}, "$inc": {"version": 1}}).modified_count)
        if kept.change is None:
            return int(rows.delete_many(query).deleted_count)
        return _change(rows, query, kept.change)

    def _record(self, kept: Kept, row: dict[str, Any]) -> PersonalRecordView:
        record_id = str(row.pop("_id"))
        told = self._shown.get(kept.collection, dict)(row)
        data = {name: _plain(value) for name, value in told.items() if name not in kept.hidden | {"version"}}
        return PersonalRecordView(kind=kept.collection, id=record_id, data=data)


def by(*fields: str) -> Callable[[str], Query]:
    """The documents in which one of these fields is the person's id."""
    return lambda user_id: {fields[0]: user_id} if len(fields) == 1 else {"$or": [{name: user_id} for name in fields]}


def _beyond(query: dict[str, Any], after: str) -> dict[str, Any]:
    """Flat where it can be: for `$and` the embedded server takes no index, for this one on the field and `_id`."""
    if not after:
        return query
    return {"$and": [query, {"_id": {"$gt": after}}]} if "_id" in query else {**query, "_id": {"$gt": after}}


def _change(rows: Collection[dict[str, Any]], query: dict[str, Any], change: Mapping[str, Any]) -> int:
    """Change those that are not so yet; how many it was.

    In batches: of somebody who has written a lot no step takes longer than the connection waits, and what is done stays done.
    What is not so yet is found out here: asked for it, the embedded server would look through the whole collection.
    The query is asked again when writing (a draft may have been published meanwhile), by ids that it found.
    """
    wanted = {name: value for name, value in change.items() if not callable(value)}
    found = rows.find(query, list(wanted), batch_size=_BATCH)
    ids = (row["_id"] for row in found if any(_at(row, name) != value for name, value in wanted.items()))
    changed = 0
    while batch := list(islice(ids, _BATCH)):
        made = {name: value() if callable(value) else value for name, value in change.items()}
        written = rows.update_many({**query, "_id": {"$in": batch}}, {"$set": made, "$inc": {"version": 1}})
        changed += written.modified_count
    return changed


def _at(row: Mapping[str, Any], path: str) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds")
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _cursor(place: int, after: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([place, after]).encode()).decode()


def _place(cursor: str | None) -> tuple[int, str]:
    """Raises: CursorInvalid."""
    if cursor is None:
        return 0, ""
    try:
        place, after = json.loads(base64.urlsafe_b64decode(cursor))
        return int(place), str(after)
    except (ValueError, TypeError) as error:
        raise CursorInvalid from error
