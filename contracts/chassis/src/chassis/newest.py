"""Copies of what others tell, of which the newest counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError


def keep_newest(rows: Collection[dict[str, Any]], key: str, age: str, value: int, fields: Mapping[str, Any]) -> None:
    """Keep these fields of `key` unless something as new is known; facts may come twice and out of order. `age` names the field that tells.

    An older fact finds no row to change, and no place for a new one.
    """
    try:
        rows.update_one({"_id": key, age: {"$lt": value}}, {"$set": {age: value, **fields}}, upsert=True)
    except DuplicateKeyError:
        return
