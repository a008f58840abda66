"""What identity answers to about files, portfolio and the expert's side: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc, timer
from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.showcase import (
    AddPortfolioItem,
    BeginUpload,
    CompleteUpload,
    EditPortfolioItem,
    FileLinkView,
    FileView,
    GetFileLink,
    GetShowcase,
    OrderPortfolio,
    RemoveFile,
    RemovePortfolioItem,
    SetExpertProfile,
    ShowcaseView,
    UploadView,
)
from identity.wiring_showcase import ShowcaseUseCases, build_showcase


class ShowcaseService:
    """What people show of themselves."""

    name = "showcase"
    use_cases: ShowcaseUseCases = UseCasesProvider(build_showcase)

    @rpc
    def begin_upload(self, command: BeginUpload, principal: Principal) -> UploadView:
        return self.use_cases.begin_upload(command, principal)

    @rpc
    def complete_upload(self, command: CompleteUpload, principal: Principal) -> FileView:
        return self.use_cases.complete_upload(command, principal)

    @rpc
    def get_file_link(self, query: GetFileLink, principal: Principal) -> FileLinkView:
        return self.use_cases.get_file_link(query, principal)

    @rpc
    def remove_file(self, command: RemoveFile, principal: Principal) -> Done:
        return self.use_cases.remove_file(command, principal)

    @rpc
    def get_showcase(self, query: GetShowcase, principal: Principal) -> ShowcaseView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_showcase(principal)

    @rpc
    def add_portfolio_item(self, command: AddPortfolioItem, principal: Principal) -> ShowcaseView:
        return self.use_cases.add_portfolio_item(command, principal)

    @rpc
    def edit_portfolio_item(self, command: EditPortfolioItem, principal: Principal) -> ShowcaseView:
        return self.use_cases.edit_portfolio_item(command, principal)

    @rpc
    def remove_portfolio_item(self, command: RemovePortfolioItem, principal: Principal) -> ShowcaseView:
        return self.use_cases.remove_portfolio_item(command, principal)

    @rpc
    def order_portfolio(self, command: OrderPortfolio, principal: Principal) -> ShowcaseView:
        return self.use_cases.order_portfolio(command, principal)

    @rpc
    def set_expert_profile(self, command: SetExpertProfile, principal: Principal) -> ShowcaseView:
        return self.use_cases.set_expert_profile(command, principal)

    @timer(seconds=2)
    def tidy_files(self) -> None:
        self.use_cases.tidy_files()
