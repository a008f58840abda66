"""Open an account."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import datetime

from chassis.context import Client
from contracts.identity.commands import RegisterUser
from contracts.identity.views import MeView
from identity.domain.account import Account, Profile
from identity.domain.administration_errors import RegistrationClosed
from identity.domain.errors import LoginThrottled, ProfileInvalid, SignUpsThrottled
from identity.domain.passwords import refuse_trivial
from identity.domain.throttle import of_sign_ups
from identity.domain.tokens import digest
from identity.domain.verification import EmailVerification
from identity.usecases.attribute_referral import attribute_referral
from identity.usecases.ports import LoginAttempts, Passwords, Tokens, UnitOfWork
from identity.usecases.show import email_verification_requested, me_view, user_registered


@dataclass(frozen=True, slots=True)
class RegisterUserHandler:
    unit_of_work: Callable[[], UnitOfWork]
    attempts: LoginAttempts
    passwords: Passwords
    tokens: Tokens
    known_passwords: Container[str]
    is_time_zone: Callable[[str], bool]
    client: Callable[[], Client]
    sign_ups_per_address: int
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: RegisterUser) -> MeView:
        """Open an account and ask for proof of its email address.

        Raises:
            PasswordTrivial, ProfileInvalid, RegistrationClosed, ReferralCodeUnknown, SelfReferral.
            EmailTaken: said openly (docs: services/identity/README.md).
            SignUpsThrottled: too many from this address, whatever became of them.
        """
        refuse_trivial(command.password, command.email, self.known_passwords)
        if not self.is_time_zone(command.time_zone):
            raise ProfileInvalid("time_zone", "is not a time zone of the IANA database")
        self._count()
        account = self._account(command)
        token = self.tokens.new()
        verification = EmailVerification.request(account.id, account.email, digest(token), at=account.created_at)
        with self.unit_of_work() as work:
            if not work.configuration.setting("registration.open").value:
                raise RegistrationClosed
            work.accounts.add(account)
            work.verifications.add(verification)
            work.emit(user_registered(account))
            if command.referral_code is not None:
                attribute_referral(work, account, command.referral_code, "referral_code", account.created_at)
            work.emit(email_verification_requested(account, token, verification.expires_at))
            return work.answer(me_view(account))

    def _count(self) -> None:
        """Before the password is hashed, and before anybody is told that an email address is taken."""
        address = self.client().address
        if not address:
            return
        try:
            self.attempts.count(of_sign_ups(address, self.sign_ups_per_address), self.now())
        except LoginThrottled as throttled:
            raise SignUpsThrottled(throttled.retry_after_s, throttled.holds_for) from throttled

    def _account(self, command: RegisterUser) -> Account:
        return Account(
            id=self.new_id("user"),
            version=1,
            email=command.email,
            email_verified=False,
            password_hash=self.passwords.hashed(command.password, stranger=True),
            roles=tuple(dict.fromkeys(command.roles)),
            profile=Profile(display_name=command.display_name, time_zone=command.time_zone, locale=command.locale),
            created_at=self.now(),
        )
