"""The entrypoints of identity: nameko services that run in one process."""

from identity.service.administration import AdministrationService
from identity.service.authentication import AuthenticationService
from identity.service.configuration import ConfigurationService
from identity.service.identity import IdentityService

SERVICES = [IdentityService, AuthenticationService, AdministrationService, ConfigurationService]
