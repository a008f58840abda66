"""What identity answers to about all of a person's data: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from contracts.identity.privacy import (
    DeletionPage,
    DeletionStartedView,
    DeletionView,
    ExportView,
    GetDeletion,
    GetExport,
    ListDeletions,
    RequestDeletion,
    RequestExport,
)
from contracts.privacy.events import PersonDataErased
from contracts.privacy.queries import GetPersonKey
from contracts.privacy.views import PersonKeyView
from identity.wiring_privacy import PrivacyUseCases, build_privacy


class PersonalDataService:
    """Copies of people's data, and its end."""

    name = "personal_data"
    use_cases: PrivacyUseCases = UseCasesProvider(build_privacy)

    @rpc
    def request_deletion(self, command: RequestDeletion, principal: Principal) -> DeletionStartedView:  # noqa: ARG002 - the command has no fields
        return self.use_cases.request_deletion(principal)

    @rpc
    def get_deletion(self, command: GetDeletion) -> DeletionView:
        return self.use_cases.get_deletion(command)

    @rpc
    def list_deletions(self, query: ListDeletions, principal: Principal) -> DeletionPage:
        return self.use_cases.list_deletions(query, principal)

    @rpc
    def request_export(self, command: RequestExport, principal: Principal) -> ExportView:  # noqa: ARG002 - the command has no fields
        return self.use_cases.request_export(principal)

    @rpc
    def get_export(self, query: GetExport, principal: Principal) -> ExportView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_export(principal)

    @on_event
    def on_person_data_erased(self, event: PersonDataErased) -> None:
        self.use_cases.confirm_erasure(event)

    @timer(seconds=2)
    def make_exports(self) -> None:
        self.use_cases.make_exports()


class PersonKeysService:
    """The keys that identity's events are read with, for other services alone: the gateway has no way here."""

    name = "person_keys"
    use_cases: PrivacyUseCases = UseCasesProvider(build_privacy)

    @rpc
    def get_person_key(self, query: GetPersonKey) -> PersonKeyView:
        return self.use_cases.get_person_key(query)
