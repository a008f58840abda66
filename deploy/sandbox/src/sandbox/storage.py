"""All state of the sandbox, in one SQLite database: a request's changes commit together, before it is answered."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, account TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, position);
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT NOT NULL, key TEXT NOT NULL, endpoint TEXT NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL, stored_at REAL NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS jobs (position INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, kind TEXT NOT NULL, object_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
    event_id TEXT PRIMARY KEY, attempts INTEGER NOT NULL DEFAULT 0, due REAL NOT NULL, gives_up REAL NOT NULL,
    state TEXT NOT NULL DEFAULT 'pending', outcome TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due);
CREATE TABLE IF NOT EXISTS messages (
    position INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, channel TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_recipient ON messages (channel, recipient, position);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value REAL NOT NULL);
"""


class Storage:
    """One connection, used by the one thread of the event loop: what runs between two awaits is serial."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(str(folder / "sandbox.sqlite3") if folder else ":memory:", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.executescript(_SCHEMA)

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit all that happens inside, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def clear(self) -> None:
        """Forget all but the clock, which never goes back."""
        with self.transaction():
            for table in ("objects", "idempotency", "jobs", "deliveries", "messages"):
                self.execute(f"DELETE FROM {table}")  # noqa: S608 - only own words are formatted in

    def execute(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    # Objects of the Stripe API; a connected account's own objects carry its id, the platform's carry none.

    def insert(self, kind: str, account: str | None, body: Json) -> None:
        self.execute("INSERT INTO objects (id, kind, account, body) VALUES (?, ?, ?, ?)", body["id"], kind, account, json.dumps(body))

    def save(self, body: Json) -> None:
        self.execute("UPDATE objects SET body = ? WHERE id = ?", json.dumps(body), body["id"])

    def get(self, kind: str, account: str | None, object_id: str) -> Json | None:
        rows = self.execute("SELECT body FROM objects WHERE id = ? AND kind = ? AND account IS ?", object_id, kind, account)
        return json.loads(rows[0]["body"]) if rows else None

    def get_any(self, object_id: str) -> tuple[str | None, Json] | None:
        """An object by its id alone, with the account it belongs to."""
        rows = self.execute("SELECT account, body FROM objects WHERE id = ?", object_id)
        return (rows[0]["account"], json.loads(rows[0]["body"])) if rows else None

    def find(
        self,
        kind: str,
        account: str | None,
        equal: Json | None = None,
        ranges: list[tuple[str, str, int]] | None = None,
        limit: int = -1,
        oldest_first: bool = False,
    ) -> list[Json]:
        """Objects whose top-level fields equal `equal` (a list: any of it) and lie in `ranges` (field, operator, bound)."""
        clauses = ["kind = ?", "account IS ?"]
        values: list[Any] = [kind, account]
        for field, wanted in (equal or {}).items():
            options = wanted if isinstance(wanted, list) else [wanted]
            clauses.append(f"json_extract(body, ?) IN ({', '.join('?' * len(options))})")
            values += [f"$.{field}", *options]
        for field, operator, bound in ranges or []:
            column = "position" if field == "position" else "json_extract(body, ?)"
            values += ([] if field == "position" else [f"$.{field}"]) + [bound]
            clauses.append(f"{column} {operator} ?")
        order = "ASC" if oldest_first else "DESC"
        sql = f"SELECT body FROM objects WHERE {' AND '.join(clauses)} ORDER BY position {order} LIMIT ?"  # noqa: S608 - only own words are formatted in
        return [json.loads(row["body"]) for row in self.execute(sql, *values, limit)]

    def position(self, object_id: str) -> int | None:
        rows = self.execute("SELECT position FROM objects WHERE id = ?", object_id)
        return int(rows[0]["position"]) if rows else None

    # Mail and texts.

    def keep_message(self, channel: str, recipient: str, body: Json) -> None:
        self.execute(
            "INSERT INTO messages (id, channel, recipient, body) VALUES (?, ?, ?, ?)",
            body["id"],
            channel,
            recipient.lower(),
            json.dumps(body),
        )

    def messages(self, channel: str, recipient: str | None = None) -> list[Json]:
        """What was sent, oldest first."""
        where, values = ("AND recipient = ?", [recipient.lower()]) if recipient else ("", [])
        rows = self.execute(f"SELECT body FROM messages WHERE channel = ? {where} ORDER BY position", channel, *values)  # noqa: S608 - as above
        return [json.loads(row["body"]) for row in rows]

    def message(self, message_id: str) -> Json | None:
        rows = self.execute("SELECT body FROM messages WHERE id = ?", message_id)
        return json.loads(rows[0]["body"]) if rows else None
