"""Idempotency keys: the answer to a command is kept in the command's own transaction and given again to whoever asks again."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import orjson
from pymongo.client_session import ClientSession
from pymongo.database import Database

from chassis.context import AnsweredBefore, Call
from chassis.crash_points import declare, reached
from contracts.base import View
from contracts.errors import DomainError, Kind

COLLECTION = "idempotency"
KEPT_SECONDS = 30 * 24 * 3600  # a client that was offline for weeks may still send its request again

declare({"idempotency.answer_written": "the answer is in the transaction, nothing is committed"})


class IdempotencyKeyReused(DomainError):
    """This idempotency key was used with another request."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "chassis.idempotency_key.reused"


def create(database: Database[dict[str, Any]]) -> None:
    """Create the collection and its index. Idempotent."""
    database[COLLECTION].create_index("answered_at", expireAfterSeconds=KEPT_SECONDS)


def check(database: Database[dict[str, Any]], session: ClientSession, call: Call) -> None:
    """Stop a command that was answered before.

    Raises:
        AnsweredBefore: with the answer that was given then.
        IdempotencyKeyReused: the key was used with another request.
    """
    if call.idempotency_key is None:
        return
    row = database[COLLECTION].find_one({"_id": _row_id(call)}, session=session)
    if row is None:
        return
    if row["fingerprint"] != call.fingerprint:
        raise IdempotencyKeyReused
    raise AnsweredBefore(orjson.loads(row["answer"]))


def record(database: Database[dict[str, Any]], session: ClientSession, call: Call, view: View, at: datetime) -> None:
    """Keep the answer under the call's key.

    Raises:
        pymongo.errors.DuplicateKeyError: the same request was answered in the meantime.
    """
    if call.idempotency_key is None:
        return
    # As text: a view may have field names that BSON gives a meaning of its own.
    answer = orjson.dumps(view.model_dump(mode="json"))
    row = {"_id": _row_id(call), "fingerprint": call.fingerprint, "answer": answer, "answered_at": at}
    database[COLLECTION].insert_one(row, session=session)
    reached("idempotency.answer_written")


def _row_id(call: Call) -> str:
    return f"{call.caller}/{call.service}.{call.method}/{call.idempotency_key}"
