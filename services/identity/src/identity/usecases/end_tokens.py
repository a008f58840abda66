"""End what API keys and clients were traded for: their tokens speak of a session, and every service hears that it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from contracts.identity.events import CredentialRevoked, SessionRevoked
from identity.domain.credential import Credential, Kind
from identity.domain.session import RevokeReason
from identity.usecases.membership import well_owned
from identity.usecases.ports import UnitOfWork


def end_tokens(work: UnitOfWork, credential: Credential, reason: RevokeReason = RevokeReason.KEY_REVOKED) -> None:
    """In this unit of work."""
    work.emit(SessionRevoked(user_id=credential.created_by, session_id=credential.session_id, reason=reason.value))


def revoke(work: UnitOfWork, credential: Credential, at: datetime) -> None:
    """End a key or a client for good, unless it has ended; in this unit of work."""
    if credential.revoked_at is None:
        work.credentials.save(credential.revoked(at))
        work.emit(CredentialRevoked(credential_id=credential.id, owner_id=credential.owner_id))
        end_tokens(work, credential)


def end_tokens_of(work: UnitOfWork, user_id: str, reason: RevokeReason, new_id: Callable[[str], str]) -> None:
    """Of all keys of a person, which go on in another session: what is new about the person is in the tokens of that one."""
    _renew_sessions(work, work.credentials.of(user_id, Kind.KEY), reason, new_id)


def end_tokens_of_their_organisations(
    work: UnitOfWork, user_id: str, reason: RevokeReason, at: datetime, new_id: Callable[[str], str]
) -> None:
    """Of the keys and clients of organisations that a person owned and nobody in good standing owns any more."""
    for member in work.members.of(user_id):
        organisation = work.organisations.get(member.organisation_id)
        if organisation is None or user_id not in organisation.owner_ids or well_owned(work.accounts, organisation, at):
            continue
        for kind in Kind:
            _renew_sessions(work, work.credentials.of(organisation.id, kind), reason, new_id)


def _renew_sessions(work: UnitOfWork, credentials: Iterable[Credential], reason: RevokeReason, new_id: Callable[[str], str]) -> None:
    for credential in credentials:
        if credential.revoked_at is None:
            end_tokens(work, credential, reason)
            work.credentials.save(credential.in_session(new_id("session")))
