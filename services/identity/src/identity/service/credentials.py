"""What identity answers about API keys, partners' programs and their tokens: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.credentials import (
    ApiKeysView,
    ClientsView,
    ClientTokenView,
    CreateApiKey,
    ExchangeApiKey,
    IssueClientToken,
    ListApiKeys,
    ListClients,
    NewApiKeyView,
    NewClientView,
    RegisterClient,
    RevokeApiKey,
    RevokeClient,
    RotateApiKey,
    RotateClientSecret,
)
from contracts.identity.views import AccessTokenView
from identity.wiring_credentials import CredentialUseCases, build_credentials


class CredentialsService:
    """API keys and OAuth clients."""

    name = "credentials"
    use_cases: CredentialUseCases = UseCasesProvider(build_credentials)

    @rpc
    def create_api_key(self, command: CreateApiKey, principal: Principal) -> NewApiKeyView:
        return self.use_cases.create_api_key(command, principal)

    @rpc
    def list_api_keys(self, query: ListApiKeys, principal: Principal) -> ApiKeysView:
        return self.use_cases.list_api_keys(query, principal)

    @rpc
    def rotate_api_key(self, command: RotateApiKey, principal: Principal) -> NewApiKeyView:
        return self.use_cases.rotate_api_key(command, principal)

    @rpc
    def revoke_api_key(self, command: RevokeApiKey, principal: Principal) -> Done:
        return self.use_cases.revoke_api_key(command, principal)

    @rpc
    def register_client(self, command: RegisterClient, principal: Principal) -> NewClientView:
        return self.use_cases.register_client(command, principal)

    @rpc
    def list_clients(self, query: ListClients, principal: Principal) -> ClientsView:
        return self.use_cases.list_clients(query, principal)

    @rpc
    def rotate_client_secret(self, command: RotateClientSecret, principal: Principal) -> NewClientView:
        return self.use_cases.rotate_client_secret(command, principal)

    @rpc
    def revoke_client(self, command: RevokeClient, principal: Principal) -> Done:
        return self.use_cases.revoke_client(command, principal)

    @rpc
    def exchange_api_key(self, command: ExchangeApiKey) -> AccessTokenView:
        return self.use_cases.exchange_api_key(command)

    @rpc
    def issue_client_token(self, command: IssueClientToken) -> ClientTokenView:
        return self.use_cases.issue_client_token(command)
