"""What challenges answers to about applications: one line an entrypoint, no rule lives here."""

from challenges.wiring import UseCases, build
from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.challenges.commands import AcceptApplication, EditApplication, RejectApplication, SubmitApplication, WithdrawApplication
from contracts.challenges.queries import GetApplication, ListApplications
from contracts.challenges.views import ApplicationView
from contracts.paging import Page


class ApplicationsService:
    """Applications to challenges."""

    name = "applications"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def submit_application(self, command: SubmitApplication, principal: Principal) -> ApplicationView:
        return self.use_cases.submit_application(command, principal)

    @rpc
    def edit_application(self, command: EditApplication, principal: Principal) -> ApplicationView:
        return self.use_cases.edit_application(command, principal)

    @rpc
    def accept_application(self, command: AcceptApplication, principal: Principal) -> ApplicationView:
        return self.use_cases.accept_application(command, principal)

    @rpc
    def reject_application(self, command: RejectApplication, principal: Principal) -> ApplicationView:
        return self.use_cases.reject_application(command, principal)

    @rpc
    def withdraw_application(self, command: WithdrawApplication, principal: Principal) -> ApplicationView:
        return self.use_cases.withdraw_application(command, principal)

    @rpc
    def get_application(self, query: GetApplication, principal: Principal) -> ApplicationView:
        return self.use_cases.get_application(query, principal)

    @rpc
    def list_applications(self, query: ListApplications, principal: Principal) -> Page[ApplicationView]:
        return self.use_cases.list_applications(query, principal)
