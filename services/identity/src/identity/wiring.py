"""The only place where identity's adapters meet its use cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from chassis.context import calling_client
from chassis.files.object_store import ObjectStore, Place
from chassis.native_threads import NativeThreads
from chassis.person_keys import MasterKeys
from chassis.wiring import Resources
from contracts.errors import HoldsFor
from contracts.identity.taxonomy import taxonomy
from identity.adapters.accounts import MongoAccounts
from identity.adapters.argon2_passwords import Argon2Passwords
from identity.adapters.login_attempts import MongoLoginAttempts
from identity.adapters.one_time_passwords import TotpPasswords
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.reference import KnownPasswords, is_time_zone
from identity.adapters.sealed import Sealed
from identity.adapters.showcase import MongoShowcases
from identity.adapters.signed_tokens import SignedTokens
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.begin_session import BeginSession
from identity.usecases.check_second_factor import SecondFactorCheck
from identity.usecases.get_me import GetMeHandler
from identity.usecases.get_user import GetUserHandler
from identity.usecases.list_skills import ListSkillsHandler
from identity.usecases.log_in import LogInHandler
from identity.usecases.log_out import LogOutHandler
from identity.usecases.refresh_session import RefreshSessionHandler
from identity.usecases.register_user import RegisterUserHandler
from identity.usecases.resend_verification import ResendVerificationHandler
from identity.usecases.update_profile import UpdateProfileHandler
from identity.usecases.verify_email import VerifyEmailHandler


@dataclass(frozen=True, slots=True)
class UseCases:
    """All that identity can do."""

    register_user: RegisterUserHandler
    verify_email: VerifyEmailHandler
    resend_verification: ResendVerificationHandler
    log_in: LogInHandler
    refresh_session: RefreshSessionHandler
    log_out: LogOutHandler
    update_profile: UpdateProfileHandler
    get_me: GetMeHandler
    get_user: GetUserHandler
    list_skills: ListSkillsHandler


@cache
def password_hashing(settings: Settings) -> Argon2Passwords:
    """One for the whole process: it bounds how many passwords are hashed at once. Strangers leave one place to the others."""
    at_once, waiting = settings.password_hashes_at_once, settings.password_hashes_waiting
    threads = NativeThreads(at_once, waiting)
    strangers = threads.lane(max(1, at_once - 1), waiting, HoldsFor.STRANGERS, rest=settings.strangers_rest)
    return Argon2Passwords(threads, strangers)


@cache
def sealing(settings: Settings) -> Sealed:
    """Raises:
    ValueError: the secrets key is not one.
    """
    return Sealed(settings.secrets_key.get_secret_value())


@cache
def signed_tokens(settings: Settings) -> SignedTokens:
    """Raises:
    ValueError: the signing key is not one.
    """
    return SignedTokens(settings.signing_key.get_secret_value(), sealing(settings))


def person_keys(resources: Resources[Settings]) -> MongoPersonKeys:
    """Raises:
    ValueError: the master key is not one.
    """
    settings = resources.settings
    master = MasterKeys(settings.personal_data_keys.get_secret_value())
    return MongoPersonKeys(resources.store.database, master, seals_events=settings.seal_events)


@cache
def object_store(settings: Settings) -> ObjectStore:
    return ObjectStore(
        Place(
            settings.files_bucket,
            settings.files_region,
            settings.files_access_key.get_secret_value(),
            settings.files_secret_key.get_secret_value(),
            settings.files_endpoint,
            settings.files_public_endpoint,
        )
    )


def session_opening(resources: Resources[Settings]) -> BeginSession:
    return BeginSession(signed_tokens(resources.settings), resources.new_id)


def second_factor_check(resources: Resources[Settings]) -> SecondFactorCheck:
    return SecondFactorCheck(TotpPasswords(sealing(resources.settings)))


def build(resources: Resources[Settings]) -> UseCases:
    """Raises:
    ValueError: the signing key is not one.
    """
    store, settings = resources.store, resources.settings
    now, new_id = resources.clock.now, resources.new_id
    keys = person_keys(resources)
    accounts = MongoAccounts(keys)
    passwords, tokens, attempts = password_hashing(settings), signed_tokens(settings), MongoLoginAttempts(store.database)

    def unit_of_work() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    return UseCases(
        register_user=RegisterUserHandler(
            unit_of_work,
            attempts,
            passwords,
            tokens,
            KnownPasswords(),
            is_time_zone,
            calling_client,
            settings.sign_ups_per_address,
            new_id,
            now,
        ),
        verify_email=VerifyEmailHandler(unit_of_work, now),
        resend_verification=ResendVerificationHandler(unit_of_work, tokens, now),
        log_in=LogInHandler(
            unit_of_work,
            accounts,
            attempts,
            passwords,
            tokens,
            second_factor_check(resources),
            session_opening(resources),
            calling_client,
            settings.attempts_per_address,
            now,
        ),
        refresh_session=RefreshSessionHandler(unit_of_work, tokens, calling_client, now, timedelta(seconds=settings.refresh_repeat_s)),
        log_out=LogOutHandler(unit_of_work, now),
        update_profile=UpdateProfileHandler(unit_of_work, is_time_zone),
        get_me=GetMeHandler(accounts),
        get_user=GetUserHandler(accounts, MongoShowcases(keys), object_store(settings).public_url),
        list_skills=ListSkillsHandler(taxonomy()),
    )
