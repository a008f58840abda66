"""What identity answers to about proving who one is: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.identity.authentication import StepUp
from contracts.identity.views import AccessTokenView
from identity.wiring_authentication import AuthenticationUseCases, build_authentication


class AuthenticationService:
    """Step-up, second factors, passwords, sessions."""

    name = "authentication"
    use_cases: AuthenticationUseCases = UseCasesProvider(build_authentication)

    @rpc
    def step_up(self, command: StepUp, principal: Principal) -> AccessTokenView:
        return self.use_cases.step_up(command, principal)
