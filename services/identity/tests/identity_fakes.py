"""Hand-written stand-ins for what identity needs from outside; each keeps the promises of its Mongo twin (see the shared suite)."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import IO, Any, ClassVar, Protocol, Self, TypeVar

from organisation_fakes import (
    FakeBulkInvites,
    FakeCredentials,
    FakeInvitations,
    FakeMembers,
    FakeOrganisations,
    FakeReferrals,
    OrganisationMemory,
)

from chassis.documents import StaleVersion
from chassis.files.object_store import UploadForm
from chassis.native_threads import TooManyWaiting
from contracts.base import Event, View
from contracts.identity.flags import FEATURES
from contracts.identity.roles import Role
from contracts.identity.views import AccessTokenView, TokensView
from identity.domain.account import Account, AccountFilter, email_key
from identity.domain.audit import AuditEntry, AuditFilter
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.configuration import DEFINITIONS, Flag, Setting
from identity.domain.errors import EmailTaken, LoginThrottled
from identity.domain.login import Login
from identity.domain.personal_data import Deletion, Export
from identity.domain.second_factors import SecondFactors
from identity.domain.session import RefreshToken, Session
from identity.domain.showcase import Showcase, Upload
from identity.domain.sign_in import Link, Provider, Vouched, link_id
from identity.domain.sign_in import Protocol as Dialogue
from identity.domain.throttle import Budget
from identity.domain.verification import EmailVerification

V = TypeVar("V", bound=View)
T = TypeVar("T")


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=Versioned)


def _replace(rows: dict[str, R], key: str, row: R) -> None:
    if key not in rows or rows[key].version != row.version - 1:
        raise StaleVersion
    rows[key] = row


def _page(rows: list[T], cursor: str | None, limit: int) -> tuple[list[T], str | None]:
    start = int(cursor or 0)
    return rows[start : start + limit], str(start + limit) if len(rows) > start + limit else None


@dataclass
class Memory:
    """What is committed."""

    accounts: dict[str, Account] = field(default_factory=dict)
    verifications: dict[str, EmailVerification] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    ceremonies: dict[str, Ceremony] = field(default_factory=dict)
    factors: dict[str, SecondFactors] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    audit: dict[str, AuditEntry] = field(default_factory=dict)
    settings: dict[str, Setting] = field(default_factory=dict)
    flags: dict[str, Flag] = field(default_factory=dict)
    showcases: dict[str, Showcase] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    removals: dict[str, str] = field(default_factory=dict)
    deletions: dict[str, Deletion] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    destroyed_keys: list[str] = field(default_factory=list)
    forgotten_addresses: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    organised: OrganisationMemory = field(default_factory=OrganisationMemory)


class FakeAccounts:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, user_id: str) -> Account | None:
        return self._memory.accounts.get(user_id)

    def by_email(self, email: str) -> Account | None:
        return next((a for a in self._memory.accounts.values() if email_key(a.email) == email_key(email)), None)

    def add(self, account: Account) -> None:
        if self.by_email(account.email):
            raise EmailTaken
        self._memory.accounts[account.id] = account

    def save(self, account: Account) -> None:
        _replace(self._memory.accounts, account.id, account)

    def remove(self, user_id: str) -> None:
        self._memory.accounts.pop(user_id, None)

    def any_with(self, role: Role) -> bool:
        return any(role in account.roles for account in self._memory.accounts.values())

    def page(self, chosen: AccountFilter, cursor: str | None, limit: int) -> tuple[list[Account], str | None]:
        found = [
            account
            for account in self._memory.accounts.values()
            if (chosen.email is None or email_key(account.email) == email_key(chosen.email))
            and (chosen.role is None or chosen.role in account.roles)
            and chosen.status in (None, account.standing.status)
        ]
        return _page(sorted(found, key=lambda account: account.id, reverse=True), cursor, limit)


class FakeEmailVerifications:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.verifications

    def of(self, user_id: str) -> EmailVerification | None:
        return self._rows.get(user_id)

    def by_digest(self, token_digest: str) -> EmailVerification | None:
        return next((row for row in self._rows.values() if row.token_digest == token_digest), None)

    def add(self, verification: EmailVerification) -> None:
        self._rows[verification.user_id] = verification

    def save(self, verification: EmailVerification) -> None:
        _replace(self._rows, verification.user_id, verification)

    def remove(self, user_id: str) -> None:
        self._rows.pop(user_id, None)


class FakeSessions:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.sessions

    def get(self, session_id: str) -> Session | None:
        return self._rows.get(session_id)

    def add(self, session: Session) -> None:
        self._rows[session.id] = session

    def save(self, session: Session) -> None:
        _replace(self._rows, session.id, session)

    def live_of(self, user_id: str, at: datetime) -> list[Session]:
        live = [session for session in self._rows.values() if session.user_id == user_id and session.live(at)]
        return sorted(live, key=lambda session: session.last_used_at, reverse=True)

    def take_turn(self, user_id: str) -> None:
        """Nobody else is here."""


class FakeCeremonies:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.ceremonies

    def add(self, ceremony: Ceremony) -> None:
        self._rows[ceremony.digest] = ceremony

    def get(self, digest: str) -> Ceremony | None:
        return self._rows.get(digest)

    def take(self, digest: str) -> Ceremony | None:
        return self._rows.pop(digest, None)

    def drop(self, kind: Kind, user_id: str) -> None:
        for row in [row for row in self._rows.values() if row.kind is kind and row.user_id == user_id]:
            del self._rows[row.digest]

    def drop_all(self, user_id: str) -> None:
        for row in [row for row in self._rows.values() if row.user_id == user_id]:
            del self._rows[row.digest]


class FakeFactors:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.factors

    def of(self, user_id: str) -> SecondFactors:
        return self._rows.get(user_id, SecondFactors(user_id))

    def save(self, factors: SecondFactors) -> None:
        if factors.version == 1:
            self._rows[factors.user_id] = factors
        else:
            _replace(self._rows, factors.user_id, factors)


class FakeLinks:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.links

    def get(self, provider: str, subject: str) -> Link | None:
        return self._rows.get(link_id(provider, subject))

    def of(self, user_id: str) -> list[Link]:
        return [row for row in self._rows.values() if row.user_id == user_id]

    def add(self, link: Link) -> None:
        self._rows[link.id] = link

    def remove(self, link: Link) -> None:
        del self._rows[link.id]


class FakeSignIns:
    """A provider that vouches for whomever a test says; remembers the last state it was sent."""

    person: Vouched
    state: str

    def authorization_url(self, provider: Provider, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        assert redirect_uri.endswith(f"/{provider.name}/callback")
        self.state = state
        return f"{provider.issuer}/authorize"

    def vouched(self, provider: Provider, code: str, nonce: str, verifier: str, redirect_uri: str) -> Vouched:
        return self.person


class FakeProviders:
    def __init__(self, memory: Memory) -> None:
        self._organisations = memory.organised.organisations

    def get(self, name: str) -> Provider | None:
        if name.startswith("organisation_"):
            sso, domain = self._organisations[name].sso, self._organisations[name].proven_domain
            return Provider(name, Dialogue.OIDC, sso.issuer, sso.client_id, "secret", domain=domain) if sso else None
        if name not in ("company", "github"):
            return None
        return Provider(name, Dialogue.OIDC, f"https://{name}.example", "client", "secret")


class FakeLogins:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.logins

    def add(self, login: Login) -> None:
        self._rows[login.id] = login

    def page(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Login], str | None]:
        found = sorted((row for row in self._rows.values() if row.user_id == user_id), key=lambda row: row.id, reverse=True)
        rest = [row for row in found if cursor is None or row.id < cursor]
        return rest[:limit], rest[limit - 1].id if len(rest) > limit else None


class FakeRefreshTokens:
    def __init__(self, memory: Memory) -> None:
        self._rows = memory.refresh_tokens

    def get(self, token_digest: str) -> RefreshToken | None:
        return self._rows.get(token_digest)

    def add(self, token: RefreshToken) -> None:
        self._rows[token.digest] = token

    def save(self, token: RefreshToken) -> None:
        _replace(self._rows, token.digest, token)


class FakeAudit:
    def __init__(self, memory: Memory) -> None:
        self._entries = memory.audit

    def append(self, entry: AuditEntry) -> None:
        self._entries[entry.id] = entry

    def page(self, chosen: AuditFilter, cursor: str | None, limit: int) -> tuple[list[AuditEntry], str | None]:
        found = [
            entry
            for entry in self._entries.values()
            if chosen.actor_id in (None, entry.actor_id)
            and chosen.target in (None, entry.target)
            and chosen.action in (None, entry.action)
            and (chosen.since is None or entry.performed_at >= chosen.since)
            and (chosen.before is None or entry.performed_at < chosen.before)
        ]
        return _page(sorted(found, key=lambda entry: (entry.performed_at, entry.id), reverse=True), cursor, limit)


class FakeConfiguration:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def setting(self, name: str) -> Setting:
        return self._memory.settings.get(name) or Setting.initial(name)

    def settings(self) -> list[Setting]:
        return [self.setting(name) for name in sorted(DEFINITIONS)]

    def keep_setting(self, setting: Setting) -> None:
        self._keep(self._memory.settings, setting)

    def flag(self, name: str) -> Flag | None:
        return self._memory.flags.get(name) or Flag.initial(name)

    def flags(self) -> list[Flag]:
        found = (self.flag(name) for name in sorted({*FEATURES, *self._memory.flags}))
        return [flag for flag in found if flag]

    def keep_flag(self, flag: Flag) -> None:
        self._keep(self._memory.flags, flag)

    def _keep(self, rows: dict[str, Any], row: Setting | Flag) -> None:
        if (rows[row.name].version if row.name in rows else 0) != row.version - 1:
            raise StaleVersion
        rows[row.name] = row


class FakeUnitOfWork:
    """Works on a copy of the memory, which becomes the memory when the block ends well."""

    accounts: FakeAccounts
    verifications: FakeEmailVerifications
    sessions: FakeSessions
    refresh_tokens: FakeRefreshTokens
    ceremonies: FakeCeremonies
    factors: FakeFactors
    logins: FakeLogins
    links: FakeLinks
    audit: FakeAudit
    configuration: FakeConfiguration
    organisations: FakeOrganisations
    members: FakeMembers
    invitations: FakeInvitations
    bulk_invites: FakeBulkInvites
    credentials: FakeCredentials
    referrals: FakeReferrals

    erased_people: ClassVar[set[str]] = set()  # of a test that says so

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def __enter__(self) -> Self:
        self._draft = copy.copy(self._memory)
        for name, rows in vars(self._memory).items():
            setattr(self._draft, name, copy.copy(rows))
        organised = self._draft.organised
        for name, rows in vars(organised).items():
            setattr(organised, name, copy.copy(rows))
        self.organisations = FakeOrganisations(organised)
        self.members = FakeMembers(organised)
        self.invitations = FakeInvitations(organised)
        self.bulk_invites = FakeBulkInvites(organised)
        self.credentials = FakeCredentials(organised)
        self.referrals = FakeReferrals(organised)
        self.accounts = FakeAccounts(self._draft)
        self.verifications = FakeEmailVerifications(self._draft)
        self.sessions = FakeSessions(self._draft)
        self.refresh_tokens = FakeRefreshTokens(self._draft)
        self.ceremonies = FakeCeremonies(self._draft)
        self.factors = FakeFactors(self._draft)
        self.logins = FakeLogins(self._draft)
        self.links = FakeLinks(self._draft)
        self.audit = FakeAudit(self._draft)
        self.configuration = FakeConfiguration(self._draft)
        self.showcases = FakeShowcases(self._draft)
        self.uploads = FakeUploads(self._draft)
        self.removals = FakeRemovals(self._draft)
        self.deletions = FakeDeletions(self._draft)
        self.exports = FakeExports(self._draft)
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            for name, rows in vars(self._draft).items():
                setattr(self._memory, name, rows)

    def emit(self, event: Event) -> None:
        self._draft.events.append(event)

    def erased(self, user_id: str) -> bool:
        return user_id in self.erased_people

    def forget_address(self, email: str) -> None:
        self._draft.forgotten_addresses.append(email)

    def destroy_key(self, user_id: str) -> None:
        self._draft.destroyed_keys.append(user_id)

    def answer(self, view: V) -> V:
        return view


class FakeShowcases:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def of(self, user_id: str) -> Showcase:
        return self._memory.showcases.get(user_id) or Showcase(user_id)

    def save(self, showcase: Showcase) -> None:
        if self.of(showcase.user_id).version != showcase.version - 1:
            raise StaleVersion
        self._memory.showcases[showcase.user_id] = showcase


class FakeUploads:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, upload_id: str) -> Upload | None:
        return self._memory.uploads.get(upload_id)

    def add(self, upload: Upload) -> None:
        self._memory.uploads[upload.id] = upload

    def save(self, upload: Upload) -> None:
        _replace(self._memory.uploads, upload.id, upload)

    def remove(self, upload_id: str) -> None:
        self._memory.uploads.pop(upload_id, None)

    def count_open(self, user_id: str, at: datetime) -> int:
        return sum(row.user_id == user_id and row.file is None and row.expires_at > at for row in self._memory.uploads.values())

    def expired(self, at: datetime, limit: int) -> list[Upload]:
        return [row for row in self._memory.uploads.values() if row.file is None and row.expires_at <= at][:limit]


class FakeRemovals:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def add(self, keys: tuple[str, ...], at: datetime, owner: str) -> None:
        self._memory.removals.update(dict.fromkeys(keys, owner))

    def waiting(self, limit: int) -> list[str]:
        return list(self._memory.removals)[:limit]

    def waiting_of(self, owner: str) -> bool:
        return owner in self._memory.removals.values()

    def done(self, key: str) -> None:
        self._memory.removals.pop(key, None)


class FakeDeletions:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def get(self, deletion_id: str) -> Deletion | None:
        return self._memory.deletions.get(deletion_id)

    def by_token(self, token_digest: str) -> Deletion | None:
        return next((row for row in self._memory.deletions.values() if row.token_digest == token_digest), None)

    def add(self, deletion: Deletion) -> None:
        self._memory.deletions[deletion.id] = deletion

    def save(self, deletion: Deletion) -> None:
        _replace(self._memory.deletions, deletion.id, deletion)

    def page(self, waiting: bool, cursor: str | None, limit: int) -> tuple[list[Deletion], str | None]:
        found = [row for row in self._memory.deletions.values() if not waiting or row.completed_at is None]
        return _page(sorted(found, key=lambda row: row.id, reverse=True), cursor, limit)


class FakeExports:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def of(self, user_id: str) -> Export | None:
        return self._memory.exports.get(user_id)

    def save(self, export: Export) -> None:
        known = self._memory.exports.get(export.user_id)
        if (known.version if known else 0) != export.version - 1:
            raise StaleVersion
        self._memory.exports[export.user_id] = export

    def remove(self, user_id: str) -> None:
        self._memory.exports.pop(user_id, None)

    def due(self, at: datetime, limit: int) -> list[Export]:
        return [row for row in self._memory.exports.values() if row.due_at <= at][:limit]


class FakeFiles:
    """An object store in memory. Whoever holds a form may put anything under its key: that is what completing must find out."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def upload_form(self, key: str, media_type: str, max_bytes: int, expires_s: int) -> UploadForm:
        return UploadForm("https://files.example/bucket", {"key": key, "Content-Type": media_type})

    def link(self, key: str, file_name: str, expires_s: int) -> str:
        return f"https://files.example/{key}?name={file_name}&for={expires_s}"

    def public_url(self, key: str) -> str:
        return f"https://files.example/{key}"

    def read(self, key: str, max_bytes: int) -> bytes | None:
        data = self.objects.get(key)
        return data[: max_bytes + 1] if data is not None else None

    def write(self, key: str, data: bytes | IO[bytes], media_type: str, *, inline: bool) -> None:
        self.objects[key] = data if isinstance(data, bytes) else data.read()

    def remove(self, key: str) -> None:
        self.objects.pop(key, None)


class FakePasswords:
    """Remembers what was compared, to show that unknown accounts cost the same."""

    def __init__(self) -> None:
        self.compared = 0

        self.busy_for_strangers = False

    def hashed(self, password: str, *, stranger: bool = False) -> str:
        self._refuse(stranger)
        return f"hash of {password}"

    def match(self, password: str, password_hash: str | None, *, stranger: bool = False) -> bool:
        self._refuse(stranger)
        self.compared += 1
        return password_hash == self.hashed(password)

    def _refuse(self, stranger: bool) -> None:
        if stranger and self.busy_for_strangers:
            raise TooManyWaiting


class FakeLoginAttempts:
    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    def count(self, budget: Budget, at: datetime) -> None:
        key = self._key(budget, at)
        self._counts[key] = self._counts.get(key, 0) + 1
        if self._counts[key] > budget.limit:
            raise LoginThrottled(math.ceil(900 - at.timestamp() % 900), budget.holds_for)

    def forget(self, budget: Budget, at: datetime) -> None:
        self._counts.pop(self._key(budget, at), None)

    def take_back(self, budget: Budget, at: datetime) -> None:
        key = self._key(budget, at)
        self._counts[key] = max(0, self._counts.get(key, 0) - 1)

    def _key(self, budget: Budget, at: datetime) -> str:
        return f"{budget.key} {at.timestamp() // 900}"


class FakeTokens:
    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return f"token-{next(self._numbers)}"

    def successor(self, refresh_token: str) -> str:
        return f"{refresh_token}+"

    def public_keys(self) -> tuple[Mapping[str, Any], ...]:
        return ({"kid": "one"},)

    def device_token(self, email: str) -> str:
        return f"device {next(self._numbers)} of {email_key(email)}"

    def device_of(self, device_token: str | None, email: str) -> str | None:
        return device_token if device_token and device_token.endswith(f" of {email_key(email)}") else None

    def issue(self, account: Account, session: Session, refresh_token: str, at: datetime) -> TokensView:
        return TokensView(access_token=self.access(account, session, at).access_token, refresh_token=refresh_token, expires_in=900)

    def access(self, account: Account, session: Session, at: datetime) -> AccessTokenView:
        account.standing.admit(at)
        verified = "verified" if account.email_verified else "unverified"
        return AccessTokenView(access_token=f"{account.id} {session.id} {verified}", expires_in=900)


class FakeOneTimePasswords:
    """The code of a step is the step's last six digits."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def new(self) -> str:
        return f"sealed {next(self._numbers)}"

    def secret(self, sealed: str) -> str:
        return sealed.removeprefix("sealed ")

    def uri(self, sealed: str, email: str) -> str:
        return f"otpauth://totp/{email}?secret={self.secret(sealed)}"

    def step(self, sealed: str, otp: str, at: datetime) -> int | None:
        now = int(at.timestamp()) // 30
        return next((step for step in (now, now - 1, now + 1) if f"{step % 1_000_000:06d}" == otp), None)
