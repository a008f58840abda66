"""Where challenges keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from chassis.crash_points import declare, reached
from chassis.privacy.keeping import ERASED, Kept, MongoKeeper, by
from contracts.challenges.terms import ApplicationStatus, ChallengeStatus
from contracts.privacy.views import ObligationView

OnBehalf = Callable[[str, str], None]  # of an id, for a person
declare(
    {
        "erasing.challenge_cancelled": "one open challenge is cancelled, the others and all applications are not touched",
        "erasing.application_withdrawn": "one pending application is withdrawn, the others are not",
    }
)
# Of a challenge paid in steps. Elements of lists are named by `$[]`, which a query does not know: a value that is called is not asked for.
_TITLES: Mapping[str, Any] = {
    "title": ERASED,
    "milestones.$[].title": lambda: ERASED,
    "reward.milestones.$[].title": lambda: ERASED,
}


def personal_data(database: Database[dict[str, Any]], cancel: OnBehalf, withdraw: OnBehalf) -> MongoKeeper:
    """Texts are emptied, files forgotten; of an engagement its titles and terms stay, which are the other side's records too.

    `cancel` ends an open challenge of a person, `withdraw` takes a pending application back: others hear of it as ever.
    """

    def before(user_id: str) -> None:
        for row in list(database.challenges.find({"challenger_id": user_id, "status": ChallengeStatus.OPEN.value}, {"_id": True})):
            cancel(row["_id"], user_id)
            reached("erasing.challenge_cancelled")
        pending = {"applicant_id": user_id, "status": ApplicationStatus.PENDING.value}
        for row in list(database.applications.find(pending, {"_id": True})):
            withdraw(row["_id"], user_id)
            reached("erasing.application_withdrawn")

    return MongoKeeper(
        database,
        [
            Kept("challenges", lambda user_id: {"challenger_id": user_id, "status": ChallengeStatus.DRAFT.value}, export=False),
            Kept("challenges", lambda user_id: _nobody_engaged(user_id) | {"reward.kind": "milestones"}, _TITLES, export=False),
            Kept("challenges", _nobody_engaged, {"title": ERASED}, export=False),
            Kept("challenges", by("challenger_id"), {"description": ERASED, "skills": [], "tags": [], "invited_user_ids": []}),
            Kept("challenges", by("invited_user_ids"), pulled="invited_user_ids", export=False),
            Kept("challenges", _only_invited, pulled="party_ids", export=False),
            Kept("applications", by("applicant_id"), {"proposal": ERASED, "attachments": []}),
            Kept("applications", lambda user_id: _to_nothing(database, user_id), {"challenge_title": ERASED}, export=False),
            Kept("applicants", by("_id"), export=False),
            Kept("entitlements", by("_id"), export=False),
            Kept("standings", by("_id"), export=False),
            Kept("submissions", by("solver_id"), {"notes": ERASED, "files": []}),
            Kept("submissions", lambda user_id: {"challenger_id": user_id, "feedback": {"$ne": None}}, {"feedback": ERASED}),
            Kept("reviews", by("author_id"), {"text": ERASED}),
            Kept("reviews", _told_about, {"text": ERASED}),
            Kept("reviews", by("subject_id"), {"text": ERASED}, export=False),
        ],
        obligations=lambda user_id: _running(database, user_id),
        before=before,
    )


def _nobody_engaged(user_id: str) -> dict[str, Any]:
    return {"challenger_id": user_id, "accepted_application_id": None}


def _to_nothing(database: Database[dict[str, Any]], user_id: str) -> dict[str, Any]:
    """Applications to challenges of theirs that nobody was engaged for: they carry the title."""
    return {"challenger_id": user_id, "challenge_id": {"$in": database.challenges.distinct("_id", _nobody_engaged(user_id))}}


def _only_invited(user_id: str) -> dict[str, Any]:
    """Of those they own or solved they stay a party."""
    return {"party_ids": user_id, "challenger_id": {"$ne": user_id}, "solver_id": {"$ne": user_id}}


def _told_about(user_id: str) -> dict[str, Any]:
    """Reviews of them that they may see: none before both sides have written."""
    return {"subject_id": user_id, "published_at": {"$ne": None}}


def _running(database: Database[dict[str, Any]], user_id: str) -> Sequence[ObligationView]:
    sides = [{"challenger_id": user_id}, {"solver_id": user_id}]
    running = database.challenges.find({"$or": sides, "status": ChallengeStatus.IN_PROGRESS.value}, {"_id": True})
    return [ObligationView(kind="running_engagement", subject=row["_id"], detail="Work on a challenge is under way.") for row in running]
