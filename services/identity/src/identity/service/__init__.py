"""The entrypoints of identity: nameko services that run in one process."""

from identity.service.authentication import AuthenticationService
from identity.service.identity import IdentityService

SERVICES = [IdentityService, AuthenticationService]
