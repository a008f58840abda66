"""What identity answers to about proving who one is: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, rpc
from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.authentication import (
    AddPasskey,
    BeginPasskey,
    BeginPasskeyLogin,
    BeginTotp,
    ChangePassword,
    CheckAvailability,
    CompleteSignIn,
    ConfirmEmailChange,
    ConfirmTotp,
    GetKeySet,
    ListFactors,
    ListLinks,
    ListLogins,
    ListSessions,
    LogInWithPasskey,
    RemoveFactor,
    RemoveLink,
    RenewRecoveryCodes,
    RequestEmailChange,
    RequestPasswordReset,
    ResetPassword,
    RevokeOtherSessions,
    RevokeSession,
    StartLink,
    StartSignIn,
    StepUp,
    StepUpWithPasskey,
)
from contracts.identity.sessions import (
    AvailabilityView,
    DeviceView,
    FactorsView,
    KeySetView,
    LinksView,
    LoginPage,
    PasskeyOptionsView,
    RecoveryCodesView,
    SessionsView,
    SignedInView,
    SignInStartedView,
    TotpSetupView,
)
from contracts.identity.views import AccessTokenView, TokensView
from identity.wiring_authentication import AuthenticationUseCases, build_authentication


class AuthenticationService:
    """Step-up, passwords, addresses, sessions, second factors."""

    name = "authentication"
    use_cases: AuthenticationUseCases = UseCasesProvider(build_authentication)

    @rpc
    def step_up(self, command: StepUp, principal: Principal) -> AccessTokenView:
        return self.use_cases.step_up(command, principal)

    @rpc
    def step_up_with_passkey(self, command: StepUpWithPasskey, principal: Principal) -> AccessTokenView:
        return self.use_cases.step_up_with_passkey(command, principal)

    @rpc
    def check_availability(self, command: CheckAvailability) -> AvailabilityView:
        return self.use_cases.check_availability(command)

    @rpc
    def request_password_reset(self, command: RequestPasswordReset) -> Done:
        return self.use_cases.request_password_reset(command)

    @rpc
    def reset_password(self, command: ResetPassword) -> DeviceView:
        return self.use_cases.reset_password(command)

    @rpc
    def change_password(self, command: ChangePassword, principal: Principal) -> Done:
        return self.use_cases.change_password(command, principal)

    @rpc
    def request_email_change(self, command: RequestEmailChange, principal: Principal) -> Done:
        return self.use_cases.request_email_change(command, principal)

    @rpc
    def confirm_email_change(self, command: ConfirmEmailChange) -> Done:
        return self.use_cases.confirm_email_change(command)

    @rpc
    def list_sessions(self, query: ListSessions, principal: Principal) -> SessionsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_sessions(principal)

    @rpc
    def revoke_session(self, command: RevokeSession, principal: Principal) -> Done:
        return self.use_cases.revoke_session(command, principal)

    @rpc
    def revoke_other_sessions(self, command: RevokeOtherSessions, principal: Principal) -> Done:  # noqa: ARG002 - the command has no fields
        return self.use_cases.revoke_other_sessions(principal)

    @rpc
    def list_logins(self, query: ListLogins, principal: Principal) -> LoginPage:
        return self.use_cases.list_logins(query, principal)

    @rpc
    def list_factors(self, query: ListFactors, principal: Principal) -> FactorsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_factors(principal)

    @rpc
    def begin_totp(self, command: BeginTotp, principal: Principal) -> TotpSetupView:  # noqa: ARG002 - the command has no fields
        return self.use_cases.begin_totp(principal)

    @rpc
    def confirm_totp(self, command: ConfirmTotp, principal: Principal) -> RecoveryCodesView:
        return self.use_cases.confirm_totp(command, principal)

    @rpc
    def renew_recovery_codes(self, command: RenewRecoveryCodes, principal: Principal) -> RecoveryCodesView:  # noqa: ARG002 - the command has no fields
        return self.use_cases.renew_recovery_codes(principal)

    @rpc
    def remove_factor(self, command: RemoveFactor, principal: Principal) -> Done:
        return self.use_cases.remove_factor(command, principal)

    @rpc
    def begin_passkey(self, command: BeginPasskey, principal: Principal) -> PasskeyOptionsView:  # noqa: ARG002 - the command has no fields
        return self.use_cases.begin_passkey(principal)

    @rpc
    def add_passkey(self, command: AddPasskey, principal: Principal) -> RecoveryCodesView:
        return self.use_cases.add_passkey(command, principal)

    @rpc
    def begin_passkey_login(self, command: BeginPasskeyLogin) -> PasskeyOptionsView:  # noqa: ARG002 - the command has no fields
        return self.use_cases.begin_passkey_login()

    @rpc
    def log_in_with_passkey(self, command: LogInWithPasskey) -> TokensView:
        return self.use_cases.log_in_with_passkey(command)

    @rpc
    def get_key_set(self, query: GetKeySet) -> KeySetView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_key_set()

    @rpc
    def start_sign_in(self, command: StartSignIn) -> SignInStartedView:
        return self.use_cases.start_sign_in(command)

    @rpc
    def start_link(self, command: StartLink, principal: Principal) -> SignInStartedView:
        return self.use_cases.start_link(command, principal)

    @rpc
    def complete_sign_in(self, command: CompleteSignIn) -> SignedInView:
        return self.use_cases.complete_sign_in(command)

    @rpc
    def list_links(self, query: ListLinks, principal: Principal) -> LinksView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_links(principal)

    @rpc
    def remove_link(self, command: RemoveLink, principal: Principal) -> Done:
        return self.use_cases.remove_link(command, principal)
