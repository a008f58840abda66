"""Where the adapters and use cases of authentication meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from chassis.context import calling_client
from chassis.wiring import Resources
from identity.adapters.accounts import MongoAccounts
from identity.adapters.authentication import MongoFactors, MongoLinks, MongoLogins
from identity.adapters.configured_providers import ConfiguredProviders
from identity.adapters.login_attempts import MongoLoginAttempts
from identity.adapters.oidc_sign_ins import HttpSignIns
from identity.adapters.one_time_passwords import TotpPasswords
from identity.adapters.provider_http import ProviderHttp
from identity.adapters.reference import KnownPasswords
from identity.adapters.sessions import MongoSessions
from identity.adapters.sign_in_providers import AllProviders
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.adapters.webauthn_passkeys import WebauthnPasskeys
from identity.settings import Settings
from identity.usecases.add_passkey import AddPasskeyHandler
from identity.usecases.begin_passkey import BeginPasskeyHandler
from identity.usecases.begin_passkey_login import BeginPasskeyLoginHandler
from identity.usecases.begin_sign_in import BeginSignIn
from identity.usecases.begin_totp import BeginTotpHandler
from identity.usecases.change_password import ChangePasswordHandler
from identity.usecases.check_availability import CheckAvailabilityHandler
from identity.usecases.check_passkey import PasskeyCheck
from identity.usecases.complete_sign_in import CompleteSignInHandler
from identity.usecases.confirm_email_change import ConfirmEmailChangeHandler
from identity.usecases.confirm_totp import ConfirmTotpHandler
from identity.usecases.get_key_set import GetKeySetHandler
from identity.usecases.list_factors import ListFactorsHandler
from identity.usecases.list_links import ListLinksHandler
from identity.usecases.list_logins import ListLoginsHandler
from identity.usecases.list_sessions import ListSessionsHandler
from identity.usecases.log_in_with_passkey import LogInWithPasskeyHandler
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
from identity.wiring import password_hashing, person_keys, sealing, second_factor_check, session_opening, signed_tokens


@dataclass(frozen=True, slots=True)
class AuthenticationUseCases:
    """All ways to prove who one is."""

    step_up: StepUpHandler
    step_up_with_passkey: StepUpWithPasskeyHandler
    check_availability: CheckAvailabilityHandler
    request_password_reset: RequestPasswordResetHandler
    reset_password: ResetPasswordHandler
    change_password: ChangePasswordHandler
    request_email_change: RequestEmailChangeHandler
    confirm_email_change: ConfirmEmailChangeHandler
    list_sessions: ListSessionsHandler
    revoke_session: RevokeSessionHandler
    revoke_other_sessions: RevokeOtherSessionsHandler
    list_logins: ListLoginsHandler
    list_factors: ListFactorsHandler
    begin_totp: BeginTotpHandler
    confirm_totp: ConfirmTotpHandler
    renew_recovery_codes: RenewRecoveryCodesHandler
    remove_factor: RemoveFactorHandler
    begin_passkey: BeginPasskeyHandler
    add_passkey: AddPasskeyHandler
    begin_passkey_login: BeginPasskeyLoginHandler
    log_in_with_passkey: LogInWithPasskeyHandler
    get_key_set: GetKeySetHandler
    start_sign_in: StartSignInHandler
    start_link: StartLinkHandler
    complete_sign_in: CompleteSignInHandler
    list_links: ListLinksHandler
    remove_link: RemoveLinkHandler


@cache
def sign_ins() -> HttpSignIns:
    """One for the whole process: it bounds how many providers of customers are asked at once."""
    return HttpSignIns(ProviderHttp())


def sign_in_beginning(resources: Resources[Settings]) -> BeginSignIn:
    """Raises:
    ValueError: IDENTITY_PROVIDERS is not what it should be.
    """
    store, settings = resources.store, resources.settings
    keys = person_keys(resources)
    configured = ConfiguredProviders.read(settings.providers.get_secret_value())
    providers = AllProviders(configured, sealing(settings), guarded=not settings.sso_private_hosts)
    public_url = settings.public_url.rstrip("/")
    return BeginSignIn(lambda: IdentityUnitOfWork(store, keys), providers, sign_ins(), signed_tokens(settings), public_url)


def build_authentication(resources: Resources[Settings]) -> AuthenticationUseCases:
    store, settings = resources.store, resources.settings
    now, new_id = resources.clock.now, resources.new_id
    passwords, tokens = password_hashing(settings), signed_tokens(settings)
    keys = person_keys(resources)
    attempts = MongoLoginAttempts(store.database)
    one_time_passwords = TotpPasswords(sealing(settings))
    passkeys = WebauthnPasskeys(settings.rp_id, settings.web_origins)
    passkey_check = PasskeyCheck(passkeys)

    def unit_of_work() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    begin_sign_in = sign_in_beginning(resources)
    return AuthenticationUseCases(
        step_up=StepUpHandler(unit_of_work, MongoAccounts(keys), attempts, passwords, tokens, second_factor_check(resources), now),
        step_up_with_passkey=StepUpWithPasskeyHandler(unit_of_work, passkey_check, tokens, now),
        check_availability=CheckAvailabilityHandler(MongoAccounts(keys), attempts, calling_client, settings.attempts_per_address, now),
        request_password_reset=RequestPasswordResetHandler(unit_of_work, attempts, tokens, now),
        reset_password=ResetPasswordHandler(unit_of_work, passwords, tokens, KnownPasswords(), now),
        change_password=ChangePasswordHandler(unit_of_work, MongoAccounts(keys), attempts, passwords, KnownPasswords(), now),
        request_email_change=RequestEmailChangeHandler(unit_of_work, attempts, tokens, now),
        confirm_email_change=ConfirmEmailChangeHandler(unit_of_work, now),
        list_sessions=ListSessionsHandler(MongoSessions(), now),
        revoke_session=RevokeSessionHandler(unit_of_work, now),
        revoke_other_sessions=RevokeOtherSessionsHandler(unit_of_work, now),
        list_logins=ListLoginsHandler(MongoLogins()),
        list_factors=ListFactorsHandler(MongoFactors()),
        begin_totp=BeginTotpHandler(unit_of_work, one_time_passwords, new_id, now),
        confirm_totp=ConfirmTotpHandler(unit_of_work, attempts, one_time_passwords, now),
        renew_recovery_codes=RenewRecoveryCodesHandler(unit_of_work, now),
        remove_factor=RemoveFactorHandler(unit_of_work, now),
        begin_passkey=BeginPasskeyHandler(unit_of_work, passkeys, tokens, now),
        add_passkey=AddPasskeyHandler(unit_of_work, passkeys, new_id, now),
        begin_passkey_login=BeginPasskeyLoginHandler(unit_of_work, passkeys, tokens, now),
        start_sign_in=StartSignInHandler(begin_sign_in, now),
        start_link=StartLinkHandler(begin_sign_in, now),
        complete_sign_in=CompleteSignInHandler(begin_sign_in, session_opening(resources), calling_client, new_id, now),
        list_links=ListLinksHandler(MongoLinks()),
        remove_link=RemoveLinkHandler(unit_of_work, now),
        get_key_set=GetKeySetHandler(tokens),
        log_in_with_passkey=LogInWithPasskeyHandler(unit_of_work, passkey_check, session_opening(resources), calling_client, now),
    )
