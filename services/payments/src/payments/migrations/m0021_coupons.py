"""The collections of coupons."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is missing. They are read by id alone."""
    existing = set(database.list_collection_names())
    for name in {"coupons", "coupon_redemptions"} - existing:
        database.create_collection(name)
