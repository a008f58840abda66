"""Identity's ways to authenticate on fakes: what the world of the unit tests is made of besides accounts and profiles."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import count

from identity_fakes import (
    FakeAccounts,
    FakeFactors,
    FakeLinks,
    FakeLoginAttempts,
    FakeLogins,
    FakeOneTimePasswords,
    FakePasswords,
    FakeProviders,
    FakeSessions,
    FakeSignIns,
    FakeTokens,
    FakeUnitOfWork,
    Memory,
)
from software_authenticator import ORIGIN, RP_ID

from chassis.clock import FixedClock
from chassis.context import NOWHERE, Client
from identity.adapters.webauthn_passkeys import WebauthnPasskeys
from identity.usecases.add_passkey import AddPasskeyHandler
from identity.usecases.begin_passkey import BeginPasskeyHandler
from identity.usecases.begin_passkey_login import BeginPasskeyLoginHandler
from identity.usecases.begin_session import BeginSession
from identity.usecases.begin_sign_in import BeginSignIn
from identity.usecases.begin_totp import BeginTotpHandler
from identity.usecases.change_password import ChangePasswordHandler
from identity.usecases.check_availability import CheckAvailabilityHandler
from identity.usecases.check_passkey import PasskeyCheck
from identity.usecases.check_second_factor import SecondFactorCheck
from identity.usecases.complete_sign_in import CompleteSignInHandler
from identity.usecases.confirm_email_change import ConfirmEmailChangeHandler
from identity.usecases.confirm_totp import ConfirmTotpHandler
from identity.usecases.list_factors import ListFactorsHandler
from identity.usecases.list_links import ListLinksHandler
from identity.usecases.list_logins import ListLoginsHandler
from identity.usecases.list_sessions import ListSessionsHandler
from identity.usecases.log_in import LogInHandler
from identity.usecases.log_in_with_passkey import LogInWithPasskeyHandler
from identity.usecases.log_out import LogOutHandler
from identity.usecases.refresh_session import RefreshSessionHandler
from identity.usecases.remove_factor import RemoveFactorHandler
from identity.usecases.remove_link import RemoveLinkHandler
from identity.usecases.renew_recovery_codes import RenewRecoveryCodesHandler
from identity.usecases.request_email_change import RequestEmailChangeHandler
from identity.usecases.request_password_reset import RequestPasswordResetHandler
from identity.usecases.reset_password import ResetPasswordHandler
from identity.usecases.revoke_other_sessions import RevokeOtherSessionsHandler
from identity.usecases.revoke_session import RevokeSessionHandler
from identity.usecases.start_link import StartLinkHandler
from identity.usecases.start_sign_in import StartSignInHandler
from identity.usecases.step_up import StepUpHandler
from identity.usecases.step_up_with_passkey import StepUpWithPasskeyHandler

COMMON = frozenset({"password", "correcthorsebatterystaple"})


@dataclass
class AuthenticationWorld:
    """What tests turn: the clock, the client, the limits; and the handlers, each built over the same memory."""

    memory: Memory = field(default_factory=Memory)
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)))
    passwords: FakePasswords = field(default_factory=FakePasswords)
    tokens: FakeTokens = field(default_factory=FakeTokens)
    attempts: FakeLoginAttempts = field(default_factory=FakeLoginAttempts)
    one_time_passwords: FakeOneTimePasswords = field(default_factory=FakeOneTimePasswords)
    sign_ins: FakeSignIns = field(default_factory=FakeSignIns)
    repeat_window: timedelta = timedelta(0)
    client: Client = NOWHERE
    attempts_per_address: int = 60
    sign_ups_per_address: int = 30

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def new_id(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):026d}"

    def unit_of_work(self) -> FakeUnitOfWork:
        return FakeUnitOfWork(self.memory)

    @property
    def accounts(self) -> FakeAccounts:
        return FakeAccounts(self.memory)

    @property
    def second_factor(self) -> SecondFactorCheck:
        return SecondFactorCheck(self.one_time_passwords)

    @property
    def begin_session(self) -> BeginSession:
        return BeginSession(self.tokens, self.new_id)

    @property
    def passkeys(self) -> WebauthnPasskeys:
        return WebauthnPasskeys(RP_ID, (ORIGIN,))

    @property
    def log_in(self) -> LogInHandler:
        return LogInHandler(
            self.unit_of_work,
            self.accounts,
            self.attempts,
            self.passwords,
            self.tokens,
            self.second_factor,
            self.begin_session,
            lambda: self.client,
            self.attempts_per_address,
            self.clock.now,
        )

    @cached_property
    def refresh_session(self) -> RefreshSessionHandler:
        return RefreshSessionHandler(self.unit_of_work, self.tokens, lambda: self.client, self.clock.now, self.repeat_window)

    @cached_property
    def log_out(self) -> LogOutHandler:
        return LogOutHandler(self.unit_of_work, self.clock.now)

    @property
    def step_up(self) -> StepUpHandler:
        return StepUpHandler(
            self.unit_of_work, self.accounts, self.attempts, self.passwords, self.tokens, self.second_factor, self.clock.now
        )

    @property
    def step_up_with_passkey(self) -> StepUpWithPasskeyHandler:
        return StepUpWithPasskeyHandler(self.unit_of_work, PasskeyCheck(self.passkeys), self.tokens, self.clock.now)

    @property
    def request_password_reset(self) -> RequestPasswordResetHandler:
        return RequestPasswordResetHandler(self.unit_of_work, self.attempts, self.tokens, self.clock.now)

    @property
    def reset_password(self) -> ResetPasswordHandler:
        return ResetPasswordHandler(self.unit_of_work, self.passwords, self.tokens, COMMON, self.clock.now)

    @property
    def change_password(self) -> ChangePasswordHandler:
        return ChangePasswordHandler(self.unit_of_work, self.accounts, self.attempts, self.passwords, COMMON, self.clock.now)

    @property
    def request_email_change(self) -> RequestEmailChangeHandler:
        return RequestEmailChangeHandler(self.unit_of_work, self.attempts, self.tokens, self.clock.now)

    @property
    def confirm_email_change(self) -> ConfirmEmailChangeHandler:
        return ConfirmEmailChangeHandler(self.unit_of_work, self.clock.now)

    @property
    def check_availability(self) -> CheckAvailabilityHandler:
        return CheckAvailabilityHandler(self.accounts, self.attempts, lambda: self.client, self.attempts_per_address, self.clock.now)

    @property
    def list_sessions(self) -> ListSessionsHandler:
        return ListSessionsHandler(FakeSessions(self.memory), self.clock.now)

    @property
    def revoke_session(self) -> RevokeSessionHandler:
        return RevokeSessionHandler(self.unit_of_work, self.clock.now)

    @property
    def revoke_other_sessions(self) -> RevokeOtherSessionsHandler:
        return RevokeOtherSessionsHandler(self.unit_of_work, self.clock.now)

    @property
    def list_logins(self) -> ListLoginsHandler:
        return ListLoginsHandler(FakeLogins(self.memory))

    @property
    def list_factors(self) -> ListFactorsHandler:
        return ListFactorsHandler(FakeFactors(self.memory))

    @property
    def begin_totp(self) -> BeginTotpHandler:
        return BeginTotpHandler(self.unit_of_work, self.one_time_passwords, self.new_id, self.clock.now)

    @property
    def confirm_totp(self) -> ConfirmTotpHandler:
        return ConfirmTotpHandler(self.unit_of_work, self.attempts, self.one_time_passwords, self.clock.now)

    @property
    def renew_recovery_codes(self) -> RenewRecoveryCodesHandler:
        return RenewRecoveryCodesHandler(self.unit_of_work, self.clock.now)

    @property
    def remove_factor(self) -> RemoveFactorHandler:
        return RemoveFactorHandler(self.unit_of_work, self.clock.now)

    @property
    def begin_passkey(self) -> BeginPasskeyHandler:
        return BeginPasskeyHandler(self.unit_of_work, self.passkeys, self.tokens, self.clock.now)

    @property
    def add_passkey(self) -> AddPasskeyHandler:
        return AddPasskeyHandler(self.unit_of_work, self.passkeys, self.new_id, self.clock.now)

    @property
    def begin_passkey_login(self) -> BeginPasskeyLoginHandler:
        return BeginPasskeyLoginHandler(self.unit_of_work, self.passkeys, self.tokens, self.clock.now)

    @property
    def log_in_with_passkey(self) -> LogInWithPasskeyHandler:
        return LogInWithPasskeyHandler(
            self.unit_of_work, PasskeyCheck(self.passkeys), self.begin_session, lambda: self.client, self.clock.now
        )

    @property
    def begin_sign_in(self) -> BeginSignIn:
        return BeginSignIn(self.unit_of_work, FakeProviders(self.memory), self.sign_ins, self.tokens, "https://openchance.example")

    @property
    def start_sign_in(self) -> StartSignInHandler:
        return StartSignInHandler(self.begin_sign_in, self.clock.now)

    @property
    def start_link(self) -> StartLinkHandler:
        return StartLinkHandler(self.begin_sign_in, self.clock.now)

    @property
    def complete_sign_in(self) -> CompleteSignInHandler:
        return CompleteSignInHandler(self.begin_sign_in, self.begin_session, lambda: self.client, self.new_id, self.clock.now)

    @property
    def list_links(self) -> ListLinksHandler:
        return ListLinksHandler(FakeLinks(self.memory))

    @property
    def remove_link(self) -> RemoveLinkHandler:
        return RemoveLinkHandler(self.unit_of_work, self.clock.now)
