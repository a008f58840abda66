"""Where matching keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pymongo.database import Database

from chassis.privacy.keeping import ERASED, Kept, MongoKeeper, by
from contracts.challenges.terms import ChallengeStatus


def _now() -> datetime:
    """Followers compare these moments: what changed leaves the memory and the search index of every replica."""
    return datetime.now(UTC)


_NOBODY: dict[str, Any] = {
    "display_name": ERASED,
    "roles": [],
    "headline": None,
    "bio": None,
    "skills": [],
    "embedding": None,
    "completed": [],
    "standing": None,
    "changed_at": _now,
}
_NOTHING: dict[str, Any] = {
    "status": ChallengeStatus.CANCELLED.value,
    "title": ERASED,
    "description": ERASED,
    "skills": [],
    "tags": [],
    "invited_user_ids": [],
    "visible_to": ["nobody"],
    "public": False,
    "words": "-",
    "embedding": None,
    "changed_at": _now,
}


def personal_data(database: Database[dict[str, Any]]) -> MongoKeeper:
    """Copies: an empty shell stays of each, so that an older event does not bring the copy back.

    Challenges before solvers: what hides the challenges of somebody banned goes with the person.
    """
    return MongoKeeper(
        database,
        [
            Kept("challenges", by("challenger_id"), _NOTHING, export=False),
            Kept("solvers", by("_id"), _NOBODY, hidden=frozenset({"embedding"})),
            Kept("challenges", by("invited_user_ids"), pulled="invited_user_ids", export=False),
            Kept("challenges", by("visible_to"), pulled="visible_to", export=False),
            Kept("matches", by("user_id")),
            Kept("entitlements", by("_id"), export=False),
        ],
    )
