"""What challenges answers to about submissions: one line an entrypoint, no rule lives here."""

from challenges.wiring import UseCases, build
from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.challenges.commands import ApproveSubmission, RequestChanges, SubmitWork
from contracts.challenges.queries import GetSubmission, ListSubmissions
from contracts.challenges.views import SubmissionView
from contracts.paging import Page


class SubmissionsService:
    """Deliveries for milestones."""

    name = "submissions"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def submit_work(self, command: SubmitWork, principal: Principal) -> SubmissionView:
        return self.use_cases.submit_work(command, principal)

    @rpc
    def request_changes(self, command: RequestChanges, principal: Principal) -> SubmissionView:
        return self.use_cases.request_changes(command, principal)

    @rpc
    def approve_submission(self, command: ApproveSubmission, principal: Principal) -> SubmissionView:
        return self.use_cases.approve_submission(command, principal)

    @rpc
    def get_submission(self, query: GetSubmission, principal: Principal) -> SubmissionView:
        return self.use_cases.get_submission(query, principal)

    @rpc
    def list_submissions(self, query: ListSubmissions, principal: Principal) -> Page[SubmissionView]:
        return self.use_cases.list_submissions(query, principal)
