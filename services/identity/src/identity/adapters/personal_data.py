"""Where identity keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from pymongo.database import Database

from chassis.crash_points import declare, reached
from chassis.mongo import Store
from chassis.privacy.keeping import Kept, MongoKeeper, by
from chassis.retry import NotYet
from contracts.privacy.views import ObligationView
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.showcase import MongoRemovals, MongoShowcases, MongoUploads
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.usecases.membership import only_owner

declare({"erasing.files_doomed": "the person's files are on the list of what is to go, they still lie in the store"})


def personal_data(store: Store, keys: MongoPersonKeys, now: Callable[[], datetime]) -> MongoKeeper:
    """All of it goes, the files too; the audit log keeps what the staff did to an id."""
    database = store.database

    def readable(field: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def read(row: dict[str, Any]) -> dict[str, Any]:
            text = str(row.pop(field, "") or "")
            key = keys.of(text.split(":")[2]) if text else None
            return row | (json.loads(key.open(text)) if key else {})

        return read

    def of_their_sessions(user_id: str) -> dict[str, Any]:
        return {"session_id": {"$in": [row["_id"] for row in database.sessions.find({"user_id": user_id}, {"_id": True})]}}

    def remove_files(user_id: str) -> None:
        """Raises: NotYet, until the last object is gone."""
        _doom_files(store, keys, user_id, now())
        reached("erasing.files_doomed")
        if MongoRemovals().waiting_of(user_id):
            raise NotYet("files")

    return MongoKeeper(
        database,
        [
            Kept("accounts", by("_id"), hidden=frozenset({"password_hash", "email_key"})),
            Kept("email_verifications", by("_id"), export=False),
            Kept("refresh_tokens", of_their_sessions, export=False),
            Kept("sessions", by("user_id")),
            Kept("session_turns", by("_id"), export=False),
            Kept("ceremonies", by("user_id"), export=False),
            Kept("second_factors", by("_id"), hidden=frozenset({"totp", "recovery"})),
            Kept("links", by("user_id")),
            Kept("logins", by("user_id")),
            Kept("showcases", by("_id")),
            Kept("uploads", by("user_id"), export=False),
            Kept("exports", by("_id"), export=False),
            Kept("feature_flags", by("user_ids"), pulled="user_ids", export=False),
            Kept("bulk_invite_rows", lambda user_id: {"job_id": {"$in": _jobs_of(database, user_id)}}, export=False),
            Kept("bulk_invites", by("started_by"), export=False),
            # Before what takes them: whoever dies in between finds it again, and with it the places.
            Kept("places", lambda user_id: {"taken_by": {"$in": _takers_of(database, user_id)}}, export=False),
            Kept("invitations", lambda user_id: _invitations_of(database, user_id), export=False),
            Kept("organisations", _owned_alone, export=False),
            Kept("organisations", by("owner_ids"), pulled="owner_ids", hidden=frozenset({"sso", "domain_token"})),
            Kept("members", by("user_id")),
            Kept("credentials", by("owner_id"), hidden=frozenset({"secrets"})),
            Kept("referral_codes", by("_id")),
            Kept("referrals", by("_id", "referrer_id")),
            Kept("audit", by("target"), export=False, remains=True),
        ],
        obligations=lambda user_id: _only_owner(database, user_id),
        before=remove_files,
        shown={"accounts": readable("sealed_profile"), "showcases": readable("sealed")},
    )


def _only_owner(database: Database[dict[str, Any]], user_id: str) -> list[ObligationView]:
    """Organisations that would be left without anybody to answer for them."""
    return [
        only_owner(row["_id"])
        for row in database.organisations.find(_owned_alone(user_id), {"_id": True})
        if database.members.find_one({"organisation_id": row["_id"], "user_id": {"$ne": user_id}}) is not None
    ]


def _jobs_of(database: Database[dict[str, Any]], user_id: str) -> list[str]:
    return [row["_id"] for row in database.bulk_invites.find({"started_by": user_id}, {"_id": True})]


def _owned_alone(user_id: str) -> dict[str, Any]:
    return {"owner_ids": [user_id]}


def _invitations_of(database: Database[dict[str, Any]], user_id: str) -> dict[str, Any]:
    """Those they sent, and those into organisations that go with them."""
    gone = [row["_id"] for row in database.organisations.find(_owned_alone(user_id), {"_id": True})]
    return {"$or": [{"invited_by": user_id}, {"organisation_id": {"$in": gone}}]}


def _takers_of(database: Database[dict[str, Any]], user_id: str) -> list[str]:
    """What takes addresses and domains that must be free again."""
    invitations = database.invitations.find(_invitations_of(database, user_id), {"_id": True})
    return [row["_id"] for row in (*invitations, *database.organisations.find(_owned_alone(user_id), {"_id": True}))]


def _doom_files(store: Store, keys: MongoPersonKeys, user_id: str, at: datetime) -> None:
    with IdentityUnitOfWork(store, keys) as work:
        showcases, uploads = MongoShowcases(keys, work.session), MongoUploads(keys, work.session)
        doomed = [file.key for file in showcases.of(user_id).files]
        for upload in uploads.of(user_id):
            doomed += [upload.incoming_key, upload.result_key]
            uploads.remove(upload.id)
        if (export := work.exports.of(user_id)) is not None:
            doomed.append(export.key)
            work.exports.remove(user_id)
        showcases.remove(user_id)
        work.removals.add(tuple(dict.fromkeys(doomed)), at, user_id)
