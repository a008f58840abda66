"""The entrypoints of identity: nameko services that run in one process."""

from chassis.privacy.service import privacy_service
from identity.service.administration import AdministrationService
from identity.service.authentication import AuthenticationService
from identity.service.configuration import ConfigurationService
from identity.service.credentials import CredentialsService
from identity.service.identity import IdentityService
from identity.service.organisations import OrganisationsService
from identity.service.personal_data import PersonalDataService, PersonKeysService
from identity.service.referrals import ReferralsService
from identity.service.showcase import ShowcaseService
from identity.wiring_privacy import build_keeper

SERVICES = [
    IdentityService,
    AuthenticationService,
    AdministrationService,
    ConfigurationService,
    OrganisationsService,
    CredentialsService,
    ReferralsService,
    ShowcaseService,
    PersonalDataService,
    PersonKeysService,
    privacy_service("identity", build_keeper),
]
