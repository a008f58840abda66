"""One transaction over all that identity keeps."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis.mongo import MongoUnitOfWork
from identity.adapters.accounts import MongoAccounts, MongoEmailVerifications
from identity.adapters.audit import MongoAudit
from identity.adapters.authentication import MongoCeremonies, MongoFactors, MongoLinks, MongoLogins
from identity.adapters.bulk_invites import MongoBulkInvites
from identity.adapters.configuration import MongoConfiguration
from identity.adapters.credentials import MongoCredentials
from identity.adapters.organisations import MongoInvitations, MongoMembers, MongoOrganisations
from identity.adapters.referrals import MongoReferrals
from identity.adapters.sessions import MongoRefreshTokens, MongoSessions
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

    def open(self, session: ClientSession) -> None:
        self.accounts = MongoAccounts(session)
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
