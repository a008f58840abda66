"""Stand-ins for how organisations, credentials and referrals are kept; each keeps the promises of its Mongo twin (see the shared suite)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Protocol, TypeVar

from chassis.documents import StaleVersion
from chassis.mongo import LostRace
from contracts.identity.organisation_views import InvitationStatus, RowOutcome
from contracts.identity.views import AccessTokenView
from identity.domain.account import Account, email_key
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.credential import Credential, Kind
from identity.domain.organisation import Invitation, Member, Organisation, member_id
from identity.domain.organisation_errors import AlreadyMember, DomainTaken, InvitationExists
from identity.domain.referral import Referral
from identity.domain.referral_errors import ReferralMade


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=Versioned)
Rows = dict[str, Any]


@dataclass
class OrganisationMemory:
    """What is committed of organisations."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    jobs: dict[str, BulkInvite] = field(default_factory=dict)
    job_rows: dict[str, BulkInviteRow] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    referrals: dict[str, Referral] = field(default_factory=dict)


def _save(rows: dict[str, R], key: str, row: R) -> None:
    if key not in rows or rows[key].version != row.version - 1:
        raise StaleVersion
    rows[key] = row


def _page(rows: list[R], key: Callable[[R], str], cursor: str | None, limit: int) -> tuple[list[R], str | None]:
    start = int(cursor or 0)
    return rows[start : start + limit], str(start + limit) if len(rows) > start + limit else None


class FakeOrganisations:
    def __init__(self, memory: OrganisationMemory) -> None:
        self._rows = memory.organisations

    def get(self, organisation_id: str) -> Organisation | None:
        return self._rows.get(organisation_id)

    def of_domain(self, domain: str) -> Organisation | None:
        return next((row for row in self._rows.values() if row.proven_domain == domain), None)

    def add(self, organisation: Organisation) -> None:
        self._rows[organisation.id] = organisation

    def save(self, organisation: Organisation) -> None:
        other = self.of_domain(organisation.proven_domain) if organisation.proven_domain else None
        if other is not None and other.id != organisation.id:
            raise DomainTaken
        _save(self._rows, organisation.id, organisation)


class FakeMembers:
    def __init__(self, memory: OrganisationMemory) -> None:
        self._rows = memory.members

    def get(self, organisation_id: str, user_id: str) -> Member | None:
        return self._rows.get(member_id(organisation_id, user_id))

    def of(self, user_id: str) -> list[Member]:
        return [row for _, row in sorted(self._rows.items()) if row.user_id == user_id]

    def page(self, organisation_id: str, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
        rows = [row for _, row in sorted(self._rows.items()) if row.organisation_id == organisation_id]
        return _page(rows, lambda row: row.id, cursor, limit)

    def add(self, member: Member) -> None:
        if member.id in self._rows:
            raise AlreadyMember
        self._rows[member.id] = member

    def save(self, member: Member) -> None:
        _save(self._rows, member.id, member)

    def remove(self, member: Member) -> None:
        del self._rows[member.id]


class FakeInvitations:
    def __init__(self, memory: OrganisationMemory) -> None:
        self._rows = memory.invitations

    def get(self, invitation_id: str) -> Invitation | None:
        return self._rows.get(invitation_id)

    def by_digest(self, token_digest: str) -> Invitation | None:
        return next((row for row in self._rows.values() if row.token_digest == token_digest), None)

    def pending(self, organisation_id: str, email: str) -> Invitation | None:
        wanted = (organisation_id, email_key(email), InvitationStatus.PENDING)
        return next((row for row in self._rows.values() if (row.organisation_id, email_key(row.email), row.status) == wanted), None)

    def page(self, organisation_id: str, cursor: str | None, limit: int) -> tuple[list[Invitation], str | None]:
        rows = [row for _, row in sorted(self._rows.items(), reverse=True) if row.organisation_id == organisation_id]
        return _page(rows, lambda row: row.id, cursor, limit)

    def add(self, invitation: Invitation) -> None:
        if self.pending(invitation.organisation_id, invitation.email) is not None:
            raise InvitationExists
        self._rows[invitation.id] = invitation

    def save(self, invitation: Invitation) -> None:
        _save(self._rows, invitation.id, invitation)

    def expired(self, before: datetime, limit: int) -> list[Invitation]:
        return sorted((row for row in self._rows.values() if row.expires_at <= before), key=lambda row: row.expires_at)[:limit]

    def remove(self, invitation: Invitation) -> None:
        del self._rows[invitation.id]


class FakeBulkInvites:
    def __init__(self, memory: OrganisationMemory) -> None:
        self._memory = memory

    def get(self, job_id: str) -> BulkInvite | None:
        return self._memory.jobs.get(job_id)

    def running(self, limit: int) -> list[str]:
        running = sorted((job for job in self._memory.jobs.values() if job.finished_at is None), key=lambda job: job.id)
        never, served = [job for job in running if job.served_at is None], [job for job in running if job.served_at is not None]
        return [job.id for job in (*never, *sorted(served, key=lambda job: job.served_at or job.created_at))][:limit]

    def running_in(self, organisation_id: str) -> int:
        return sum(job.organisation_id == organisation_id and job.finished_at is None for job in self._memory.jobs.values())

    def add(self, job: BulkInvite, rows: list[BulkInviteRow]) -> None:
        self._memory.jobs[job.id] = job
        self._memory.job_rows |= {row.id: row for row in rows}

    def save(self, job: BulkInvite) -> None:
        _save(self._memory.jobs, job.id, job)

    def next_row(self, job_id: str) -> BulkInviteRow | None:
        return next((row for row in self._of(job_id) if row.outcome is RowOutcome.WAITING), None)

    def repeated(self, row: BulkInviteRow) -> bool:
        return any(one.number < row.number and email_key(one.email) == email_key(row.email) for one in self._of(row.job_id))

    def keep_row(self, row: BulkInviteRow) -> None:
        _save(self._memory.job_rows, row.id, row)

    def finished(self, before: datetime, limit: int) -> list[str]:
        return [job.id for job in self._memory.jobs.values() if job.finished_at is not None and job.finished_at <= before][:limit]

    def remove(self, job_id: str) -> None:
        for row in self._of(job_id):
            del self._memory.job_rows[row.id]
        del self._memory.jobs[job_id]

    def rows(self, job_id: str, cursor: str | None, limit: int) -> tuple[list[BulkInviteRow], str | None]:
        return _page(self._of(job_id), lambda row: row.id, cursor, limit)

    def _of(self, job_id: str) -> list[BulkInviteRow]:
        return [row for _, row in sorted(self._memory.job_rows.items()) if row.job_id == job_id]


class FakeCredentials:
    def __init__(self, memory: OrganisationMemory) -> None:
        self._rows = memory.credentials

    def get(self, credential_id: str) -> Credential | None:
        return self._rows.get(credential_id)

    def by_digest(self, digest: str) -> Credential | None:
        return next((row for row in self._rows.values() if any(secret.digest == digest for secret in row.secrets)), None)

    def of(self, owner_id: str, kind: Kind) -> list[Credential]:
        return [row for _, row in sorted(self._rows.items(), reverse=True) if (row.owner_id, row.kind) == (owner_id, kind)]

    def add(self, credential: Credential) -> None:
        self._rows[credential.id] = credential

    def save(self, credential: Credential) -> None:
        _save(self._rows, credential.id, credential)


class FakeReferrals:
    def __init__(self, memory: OrganisationMemory) -> None:
        self._memory = memory

    def code_of(self, user_id: str) -> str | None:
        return self._memory.codes.get(user_id)

    def owner_of(self, code: str) -> str | None:
        return next((user_id for user_id, kept in self._memory.codes.items() if kept == code), None)

    def keep_code(self, user_id: str, code: str) -> None:
        if user_id in self._memory.codes or self.owner_of(code):
            raise LostRace
        self._memory.codes[user_id] = code

    def get(self, user_id: str) -> Referral | None:
        return self._memory.referrals.get(user_id)

    def brought_by(self, referrer_id: str) -> tuple[int, int]:
        found = [row for row in self._memory.referrals.values() if row.referrer_id == referrer_id]
        return len(found), sum(1 for row in found if row.qualified_at is not None)

    def add(self, referral: Referral) -> None:
        if referral.user_id in self._memory.referrals:
            raise ReferralMade
        self._memory.referrals[referral.user_id] = referral

    def save(self, referral: Referral) -> None:
        _save(self._memory.referrals, referral.user_id, referral)

    def one_at_a_time(self) -> None:
        """Nobody else is here."""


class FakeKeyTokens:
    """Tokens that say in words what they say."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new_secret(self, kind: Kind) -> str:
        return f"oc_{kind.value}-{next(self._numbers):010d}"

    def for_person(self, account: Account, credential: Credential) -> AccessTokenView:
        return AccessTokenView(access_token=f"{account.id} {credential.session_id} {' '.join(credential.scopes)}", expires_in=300)

    def for_organisation(self, credential: Credential, scopes: tuple[str, ...]) -> AccessTokenView:
        return AccessTokenView(access_token=f"{credential.id} of {credential.owner_id} {' '.join(scopes)}", expires_in=300)


class FakeRecords:
    """A name server that says what a test told it."""

    def __init__(self) -> None:
        self.told: dict[str, tuple[str, ...]] = {}

    def texts(self, name: str) -> tuple[str, ...]:
        return self.told.get(name, ())


class FakeSeals:
    def seal(self, text: str) -> str:
        return f"sealed {text}"

    def open(self, sealed: str) -> str:
        return sealed.removeprefix("sealed ")
