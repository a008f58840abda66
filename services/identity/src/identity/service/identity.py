"""What identity answers to about accounts and profiles: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.commands import LogIn, LogOut, RefreshSession, RegisterUser, ResendVerification, UpdateProfile, VerifyEmail
from contracts.identity.queries import GetMe, GetUser
from contracts.identity.skills import ListSkills, SkillsView
from contracts.identity.views import MeView, PublicProfileView, TokensView
from identity.wiring import UseCases, build


class IdentityService:
    """Accounts, sessions, profiles and roles."""

    name = "identity"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def register_user(self, command: RegisterUser) -> MeView:
        return self.use_cases.register_user(command)

    @rpc
    def verify_email(self, command: VerifyEmail) -> Done:
        return self.use_cases.verify_email(command)

    @rpc
    def resend_verification(self, command: ResendVerification) -> Done:
        return self.use_cases.resend_verification(command)

    @rpc
    def log_in(self, command: LogIn) -> TokensView:
        return self.use_cases.log_in(command)

    @rpc
    def refresh_session(self, command: RefreshSession) -> TokensView:
        return self.use_cases.refresh_session(command)

    @rpc
    def log_out(self, command: LogOut) -> Done:
        return self.use_cases.log_out(command)

    @rpc
    def update_profile(self, command: UpdateProfile, principal: Principal) -> MeView:
        return self.use_cases.update_profile(command, principal)

    @rpc
    def get_me(self, query: GetMe, principal: Principal) -> MeView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_me(principal)

    @rpc
    def get_user(self, query: GetUser) -> PublicProfileView:
        return self.use_cases.get_user(query)

    @rpc
    def list_skills(self, query: ListSkills) -> SkillsView:
        return self.use_cases.list_skills(query)
