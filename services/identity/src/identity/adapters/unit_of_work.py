"""One transaction over all that identity keeps."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis.mongo import MongoUnitOfWork, Store
from chassis.person_keys import sealed
from contracts.base import Event
from identity.adapters.accounts import MongoAccounts, MongoEmailVerifications
from identity.adapters.audit import MongoAudit
from identity.adapters.authentication import MongoCeremonies, MongoFactors, MongoLinks, MongoLogins
from identity.adapters.bulk_invites import MongoBulkInvites
from identity.adapters.configuration import MongoConfiguration
from identity.adapters.credentials import MongoCredentials
from identity.adapters.organisations import MongoInvitations, MongoMembers, MongoOrganisations
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.privacy import MongoDeletions, MongoExports
from identity.adapters.referrals import MongoReferrals
from identity.adapters.sessions import MongoRefreshTokens, MongoSessions
from identity.adapters.showcase import MongoRemovals, MongoShowcases, MongoUploads
from identity.usecases.organisation_ports import BulkInvites, Credentials, Invitations, Members, Organisations, Referrals
from identity.usecases.ports import (
    Accounts,
    Audit,
    Ceremonies,
    Configuration,
    EmailVerifications,
    Factors,
    Links,
    Logins,
    RefreshTokens,
    Sessions,
)
from identity.usecases.privacy_ports import Deletions, Exports
from identity.usecases.showcase_ports import Removals, Showcases, Uploads


class IdentityUnitOfWork(MongoUnitOfWork):
    """The port UnitOfWork."""

    accounts: Accounts
    verifications: EmailVerifications
    sessions: Sessions
    refresh_tokens: RefreshTokens
    ceremonies: Ceremonies
    factors: Factors
    logins: Logins
    links: Links
    audit: Audit
    configuration: Configuration
    organisations: Organisations
    members: Members
    invitations: Invitations
    bulk_invites: BulkInvites
    credentials: Credentials
    referrals: Referrals
    showcases: Showcases
    uploads: Uploads
    removals: Removals
    deletions: Deletions
    exports: Exports

    def __init__(self, store: Store, keys: MongoPersonKeys) -> None:
        super().__init__(store)
        self._keys = keys

    def emit(self, event: Event) -> None:
        """What is personal in it leaves encrypted with the person's key."""
        seals = bool(event.personal) and self._keys.seals_events
        super().emit(sealed(event, self._keys.made(event.subject, self._session)) if seals else event)

    def open(self, session: ClientSession) -> None:
        self.accounts = MongoAccounts(self._keys, session)
        self.verifications = MongoEmailVerifications(session)
        self.sessions = MongoSessions(session)
        self.refresh_tokens = MongoRefreshTokens(session)
        self.ceremonies = MongoCeremonies(session)
        self.factors = MongoFactors(session)
        self.logins = MongoLogins(session)
        self.links = MongoLinks(session)
        self.audit = MongoAudit(session)
        self.configuration = MongoConfiguration(session)
        self.organisations = MongoOrganisations(session)
        self.members = MongoMembers(session)
        self.invitations = MongoInvitations(session)
        self.bulk_invites = MongoBulkInvites(session)
        self.credentials = MongoCredentials(session)
        self.referrals = MongoReferrals(session)
        self.showcases = MongoShowcases(self._keys, session)
        self.uploads = MongoUploads(self._keys, session)
        self.removals = MongoRemovals(session)
        self.deletions = MongoDeletions(session)
        self.exports = MongoExports(session)

    def forget_address(self, email: str) -> None:
        """What others wrote down of this address when they invited it."""
        MongoInvitations(self._session).forget_address(email)
        MongoBulkInvites(self._session).forget_address(email)

    def destroy_key(self, user_id: str) -> None:
        """What was encrypted for this person can be read by nobody any more."""
        self._keys.destroy(user_id, self._session)
