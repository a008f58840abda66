"""Milestones that had been given back, and whose next funding failed, are given back: an earlier version called them unfunded."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database


def migrate(database: Database[dict[str, Any]]) -> None:
    """What was funded once is unfunded no more. Whoever has read such an escrow before reads it again."""
    wrong = {"status": "unfunded", "funded": {"$gt": 0}}
    database["escrows"].update_many(
        {"milestones": {"$elemMatch": wrong}},
        {"$set": {"milestones.$[one].status": "refunded"}, "$inc": {"version": 1}},
        array_filters=[{f"one.{field}": value for field, value in wrong.items()}],
    )
