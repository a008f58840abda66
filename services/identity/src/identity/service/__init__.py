"""The entrypoints of identity: nameko services that run in one process."""

from identity.service.administration import AdministrationService
from identity.service.authentication import AuthenticationService
from identity.service.configuration import ConfigurationService
from identity.service.credentials import CredentialsService
from identity.service.identity import IdentityService
from identity.service.organisations import OrganisationsService
from identity.service.referrals import ReferralsService

SERVICES = [
    IdentityService,
    AuthenticationService,
    AdministrationService,
    ConfigurationService,
    OrganisationsService,
    CredentialsService,
    ReferralsService,
]
