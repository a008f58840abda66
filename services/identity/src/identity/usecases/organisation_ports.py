"""What the use cases of organisations, credentials and referrals need from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from contracts.identity.views import AccessTokenView
from identity.domain.account import Account
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.credential import Credential, Kind
from identity.domain.organisation import Invitation, Member, Organisation
from identity.domain.referral import Referral


class Organisations(Protocol):
    def get(self, organisation_id: str) -> Organisation | None: ...

    def of_domain(self, domain: str) -> Organisation | None:
        """The one that has proven this domain its own."""

    def add(self, organisation: Organisation) -> None: ...

    def save(self, organisation: Organisation) -> None:
        """Raises:
        DomainTaken: another organisation has proven its domain.
        """


class Members(Protocol):
    def get(self, organisation_id: str, user_id: str) -> Member | None: ...

    def of(self, user_id: str) -> list[Member]:
        """The memberships of a person."""

    def page(self, organisation_id: str, cursor: str | None, limit: int) -> tuple[list[Member], str | None]:
        """By user id, and the cursor to go on from."""

    def add(self, member: Member) -> None:
        """Raises:
        AlreadyMember.
        """

    def save(self, member: Member) -> None: ...

    def remove(self, member: Member) -> None: ...


class Invitations(Protocol):
    def get(self, invitation_id: str) -> Invitation | None: ...

    def by_digest(self, token_digest: str) -> Invitation | None: ...

    def pending(self, organisation_id: str, email: str) -> Invitation | None:
        """The one that waits at this address, expired or not."""

    def page(self, organisation_id: str, cursor: str | None, limit: int) -> tuple[list[Invitation], str | None]:
        """The newest first, and the cursor to go on from."""

    def add(self, invitation: Invitation) -> None:
        """Raises:
        InvitationExists: one waits at this address.
        """

    def save(self, invitation: Invitation) -> None: ...

    def expired(self, before: datetime, limit: int) -> list[Invitation]:
        """Those that ran out before then, whatever became of them."""

    def remove(self, invitation: Invitation) -> None:
        """With its place: another may wait at this address."""


class BulkInvites(Protocol):
    def get(self, job_id: str) -> BulkInvite | None: ...

    def running(self, limit: int) -> list[str]:
        """The ids of jobs that are not finished, first whose last turn is the longest ago."""

    def running_in(self, organisation_id: str) -> int:
        """How many of an organisation are not finished."""

    def add(self, job: BulkInvite, rows: list[BulkInviteRow]) -> None: ...

    def save(self, job: BulkInvite) -> None: ...

    def next_row(self, job_id: str) -> BulkInviteRow | None:
        """The first that waits."""

    def repeated(self, row: BulkInviteRow) -> bool:
        """Whether an earlier row of the job has the same address."""

    def keep_row(self, row: BulkInviteRow) -> None: ...

    def finished(self, before: datetime, limit: int) -> list[str]:
        """The ids of jobs that ended before then."""

    def remove(self, job_id: str) -> None:
        """With its rows."""

    def rows(self, job_id: str, cursor: str | None, limit: int) -> tuple[list[BulkInviteRow], str | None]: ...


class Credentials(Protocol):
    def get(self, credential_id: str) -> Credential | None: ...

    def by_digest(self, digest: str) -> Credential | None: ...

    def of(self, owner_id: str, kind: Kind) -> list[Credential]:
        """The newest first."""

    def add(self, credential: Credential) -> None: ...

    def save(self, credential: Credential) -> None: ...


class Referrals(Protocol):
    def code_of(self, user_id: str) -> str | None: ...

    def owner_of(self, code: str) -> str | None: ...

    def keep_code(self, user_id: str, code: str) -> None:
        """Raises: LostRace: the code, or one of this person, is there already."""

    def get(self, user_id: str) -> Referral | None: ...

    def brought_by(self, referrer_id: str) -> tuple[int, int]:
        """How many came by this person, and for how many of them it has paid off."""

    def add(self, referral: Referral) -> None: ...

    def save(self, referral: Referral) -> None: ...

    def one_at_a_time(self) -> None:
        """Whoever says later by whom they came waits for each other: two at once could close a loop that neither sees."""


class DomainRecords(Protocol):
    """The domain name system."""

    def texts(self, name: str) -> tuple[str, ...]:
        """The TXT records of a name; none where there is no such name. Raises: ResolverAway."""


class Seals(Protocol):
    """Secrets that must be read again."""

    def seal(self, text: str) -> str: ...

    def open(self, sealed: str) -> str: ...


class KeyTokens(Protocol):
    """Tokens for keys and programs: short-lived, with their scopes in them."""

    def new_secret(self, kind: Kind) -> str:
        """256 random bits, told apart from other tokens by their first letters."""

    def for_person(self, account: Account, credential: Credential) -> AccessTokenView:
        """Speaks for the person, without the rights of the staff.

        Raises:
            AccountSuspended, AccountBanned.
        """

    def for_organisation(self, credential: Credential, scopes: tuple[str, ...]) -> AccessTokenView:
        """Speaks for the organisation and for no person."""
