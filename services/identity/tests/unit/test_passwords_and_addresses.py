"""Forgotten and changed passwords, changed addresses."""

from datetime import timedelta

import pytest
from organisation_fakes import FakeKeyTokens
from software_authenticator import SoftwareAuthenticator

from chassis.context import Client
from chassis.principal import FRESH_FOR, SessionEnded, StepUpRequired
from contracts.identity.authentication import (
    AddPasskey,
    ChangePassword,
    CheckAvailability,
    CompleteSignIn,
    ConfirmEmailChange,
    ConfirmTotp,
    LogInWithPasskey,
    RequestEmailChange,
    RequestPasswordReset,
    ResetPassword,
    RevokeSession,
    StartLink,
    StartSignIn,
)
from contracts.identity.commands import LogIn, RefreshSession
from contracts.identity.events import (
    CredentialRevoked,
    EmailChanged,
    EmailChangeRequested,
    EmailVerified,
    PasswordChanged,
    PasswordResetRequested,
    SecondFactorChanged,
    SessionRevoked,
)
from identity.domain.credential import Kind as CredentialKind
from identity.domain.errors import (
    CredentialsInvalid,
    LoginThrottled,
    OtpRequired,
    PasskeyInvalid,
    PasswordTrivial,
    RefreshTokenInvalid,
    SignInRefused,
    TokenInvalid,
    VerificationTokenInvalid,
)
from identity.domain.sign_in import Vouched
from identity.usecases.make_credential import MakeCredential

NEW = "velvet anchor thirteen"


def ask_for_reset(world, email="ada@example.org"):
    world.request_password_reset(RequestPasswordReset(email=email))
    asked = world.events(PasswordResetRequested)
    return asked[-1].token if asked else None


def test_a_mailed_token_sets_a_new_password_and_ends_every_session(world, ada):
    tokens = world.logged_in()
    device = world.reset_password(ResetPassword(token=ask_for_reset(world), password=NEW)).device_token
    with pytest.raises(CredentialsInvalid):
        world.logged_in()
    assert world.log_in(LogIn(email="ada@example.org", password=NEW, device_token=device))
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    assert [event.reason for event in world.events(SessionRevoked)] == ["password_changed"]
    assert len(world.events(PasswordChanged)) == 1


def test_a_reset_token_works_once(world, ada):
    token = ask_for_reset(world)
    world.reset_password(ResetPassword(token=token, password=NEW))
    with pytest.raises(TokenInvalid):
        world.reset_password(ResetPassword(token=token, password="another good phrase"))


def test_a_reset_token_expires_and_is_replaced(world, ada):
    first = ask_for_reset(world)
    second = ask_for_reset(world)
    with pytest.raises(TokenInvalid):
        world.reset_password(ResetPassword(token=first, password=NEW))
    world.clock.advance(timedelta(minutes=30))
    with pytest.raises(TokenInvalid):
        world.reset_password(ResetPassword(token=second, password=NEW))


def test_a_trivial_new_password_leaves_the_token_usable(world, ada):
    token = ask_for_reset(world)
    with pytest.raises(PasswordTrivial):
        world.reset_password(ResetPassword(token=token, password="!Password2024!"))
    assert world.reset_password(ResetPassword(token=token, password=NEW))


def test_nobody_learns_who_has_an_account_by_asking_for_a_reset(world, ada):
    known = world.request_password_reset(RequestPasswordReset(email="ada@example.org"))
    assert known == world.request_password_reset(RequestPasswordReset(email="nobody@example.org"))
    assert len(world.events(PasswordResetRequested)) == 1


def test_nobody_uses_up_the_mails_by_which_another_resets_their_password(world, ada):
    """Changes of address to an address that has an account send nothing, and count: the answer must not tell who is here."""
    world.registered(email="bob@example.org")
    principal = world.in_session()
    for _ in range(3):
        world.request_email_change(RequestEmailChange(email="bob@example.org"), principal)
    with pytest.raises(LoginThrottled):
        world.request_email_change(RequestEmailChange(email="bob@example.org"), principal)
    assert ask_for_reset(world, "bob@example.org")


def test_strangers_cannot_have_many_mails_sent(world, ada):
    for _ in range(10):
        ask_for_reset(world)
    assert len(world.events(PasswordResetRequested)) == 3


def test_a_changed_password_ends_the_other_sessions(world, ada):
    other = world.logged_in()
    principal = world.in_session()
    world.change_password(ChangePassword(password="orbit lemon quartz", new_password=NEW), principal)
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=other.refresh_token))
    assert world.memory.sessions[principal.session_id].live(world.clock.now())
    assert world.log_in(LogIn(email="ada@example.org", password=NEW))


def test_the_present_password_must_be_shown(world, ada):
    principal = world.in_session()
    with pytest.raises(CredentialsInvalid):
        world.change_password(ChangePassword(password="wrong", new_password=NEW), principal)
    with pytest.raises(PasswordTrivial) as refusal:
        world.change_password(ChangePassword(password="orbit lemon quartz", new_password="password1234"), principal)
    assert refusal.value.fields[0].pointer == "/new_password"
    assert world.logged_in()


def change_email(world, principal, email="countess@example.org"):
    world.request_email_change(RequestEmailChange(email=email), principal)
    asked = world.events(EmailChangeRequested)
    return asked[-1] if asked else None


def test_an_address_changes_once_the_new_one_is_proven(world, ada):
    asked = change_email(world, world.in_session())
    assert (asked.email, asked.previous_email) == ("countess@example.org", "Ada@example.org")
    assert world.logged_in(), "nothing changes before"
    reset = ask_for_reset(world)
    world.confirm_email_change(ConfirmEmailChange(token=asked.token))
    assert world.log_in(LogIn(email="countess@example.org", password="orbit lemon quartz")).access_token.endswith(" verified")
    [changed] = world.events(EmailChanged)
    assert changed.previous_email == "Ada@example.org"
    with pytest.raises(TokenInvalid):
        world.reset_password(ResetPassword(token=reset, password=NEW))
    with pytest.raises(TokenInvalid):
        world.confirm_email_change(ConfirmEmailChange(token=asked.token))


def test_a_stale_session_must_step_up_before_it_changes_the_address(world, ada):
    principal = world.in_session()
    world.clock.advance(FRESH_FOR)
    with pytest.raises(StepUpRequired):
        change_email(world, principal)
    assert not world.events(EmailChangeRequested)


def test_an_address_that_is_taken_is_not_told_and_not_mailed(world, ada):
    world.registered(email="bob@example.org")
    assert change_email(world, world.in_session(), "Bob@example.org") is None


def test_an_address_that_was_taken_meanwhile_stays_with_its_owner(world, ada):
    asked = change_email(world, world.in_session())
    world.registered(email="countess@example.org")
    with pytest.raises(TokenInvalid):
        world.confirm_email_change(ConfirmEmailChange(token=asked.token))


def test_availability_tells_what_registering_would_and_is_limited_alike(world, ada):
    world.client = Client("203.0.113.9")
    assert not world.check_availability(CheckAvailability(email="ADA@example.org")).available
    for number in range(59):
        assert world.check_availability(CheckAvailability(email=f"nobody{number}@example.org")).available
    with pytest.raises(LoginThrottled):
        world.check_availability(CheckAvailability(email="more@example.org"))


def change(world, principal):
    world.change_password(ChangePassword(password="orbit lemon quartz", new_password=NEW), principal)


def reset(world, principal):
    world.reset_password(ResetPassword(token=ask_for_reset(world), password=NEW))


def end_others(world, principal):
    world.revoke_other_sessions(principal)


def end_the_thiefs(world, principal):
    thief = next(iter(world.memory.sessions))
    world.revoke_session(RevokeSession.model_construct(session_id=thief), principal)


@pytest.mark.parametrize("answer", [change, reset, end_others, end_the_thiefs])
def test_what_a_thief_began_ends_with_the_thiefs_session(world, ada, answer):
    thief = world.in_session()
    asked = change_email(world, thief, "thief@evil.example")
    binding = world.start_link(StartLink(provider="company"), thief).binding
    if answer is not reset:
        mailed = ask_for_reset(world)
    made = SoftwareAuthenticator().create(world.begin_passkey(thief).options)
    world.begin_totp(thief)
    make = MakeCredential(world.unit_of_work, FakeKeyTokens(), world.new_id, world.clock.now)
    key = make.create(thief, CredentialKind.KEY, None, "Thief's", ("profile:write",), 90)[0]
    answer(world, world.in_session())
    keys = dict(world.memory.organised.credentials)
    for lasting in (
        lambda: change_email(world, thief, "thief@evil.example"),
        lambda: world.start_link(StartLink(provider="company"), thief),
        lambda: world.begin_passkey(thief),
        lambda: world.add_passkey(AddPasskey(credential=made, label="Thief's"), thief),
        lambda: world.begin_totp(thief),
        lambda: world.confirm_totp(ConfirmTotp(otp="000000"), thief),
        lambda: world.renew_recovery_codes(thief),
        lambda: make.create(thief, CredentialKind.KEY, None, "Another", ("profile:write",), 90),
        lambda: make.rotate(thief, CredentialKind.KEY, key.id, timedelta(0)),
    ):
        with pytest.raises(SessionEnded):  # services hear of it from an event, which comes later
            lasting()
    assert world.memory.organised.credentials == keys
    with pytest.raises(TokenInvalid):
        world.confirm_email_change(ConfirmEmailChange(token=asked.token))
    world.sign_ins.person = Vouched("subject-1", "thief@evil.example", True, "Thief")
    with pytest.raises(SignInRefused):
        world.complete_sign_in(CompleteSignIn(provider="company", code="code", state=world.sign_ins.state, binding=binding))
    if answer is not reset:
        with pytest.raises(TokenInvalid):
            world.reset_password(ResetPassword(token=mailed, password="another good phrase"))
    assert not world.memory.links
    assert not world.memory.ceremonies


@pytest.mark.parametrize("answer", [change, reset, end_others, end_the_thiefs])
def test_a_link_under_way_ends_with_the_thiefs_session(world, ada, answer, monkeypatch):
    """The provider takes its time, and can be made to."""
    binding = world.start_link(StartLink(provider="company"), world.in_session()).binding
    owner = world.in_session()

    def meanwhile(*_):
        answer(world, owner)
        return Vouched("subject-1", "thief@evil.example", True, "Thief")

    monkeypatch.setattr(world.sign_ins, "vouched", meanwhile)
    with pytest.raises(SignInRefused):
        world.complete_sign_in(CompleteSignIn(provider="company", code="code", state=world.sign_ins.state, binding=binding))
    assert not world.memory.links
    assert not world.memory.ceremonies


def test_a_reset_takes_the_account_from_whoever_registered_the_address_first(world, ada):
    """Its owner proves the address by the reset; until then it was anybody's."""
    thief = world.in_session()
    world.begin_totp(thief)
    step = int(world.clock.now().timestamp()) // 30
    world.confirm_totp(ConfirmTotp(otp=f"{step % 1_000_000:06d}"), thief)
    device = SoftwareAuthenticator()
    world.add_passkey(AddPasskey(credential=device.create(world.begin_passkey(thief).options), label="Thief's"), thief)
    world.sign_ins.person = Vouched("subject-1", "thief@evil.example", True, "Thief")

    def come_back(started):
        back = CompleteSignIn(provider="company", code="code", state=world.sign_ins.state, binding=started.binding)
        return world.complete_sign_in(back)

    come_back(world.start_link(StartLink(provider="company"), thief))
    make = MakeCredential(world.unit_of_work, FakeKeyTokens(), world.new_id, world.clock.now)
    key = make.create(thief, CredentialKind.KEY, None, "Thief's", ("profile:write",), 90)[0]

    world.reset_password(ResetPassword(token=ask_for_reset(world), password=NEW))

    assert world.log_in(LogIn(email="ada@example.org", password=NEW)).access_token.endswith(" verified")
    with pytest.raises(PasskeyInvalid):
        world.log_in_with_passkey(LogInWithPasskey(credential=device.get(world.begin_passkey_login().options)))
    assert come_back(world.start_sign_in(StartSignIn(provider="company"))).tokens.access_token.split()[0] != ada.id
    assert world.memory.organised.credentials[key.id].revoked_at == world.clock.now()
    assert key.session_id in [event.session_id for event in world.events(SessionRevoked)]
    assert [event.credential_id for event in world.events(CredentialRevoked)] == [key.id]
    assert len(world.events(EmailVerified)) == 2, "Ada's by the reset, and the thief's own account"
    removed = [event.factor for event in world.events(SecondFactorChanged) if event.change == "removed"]
    assert removed == ["totp", "passkey", "link"]
    with pytest.raises(VerificationTokenInvalid):
        world.verified()


def test_a_reset_leaves_the_factors_of_a_proven_account(world, ada):
    world.verified()
    principal = world.in_session()
    world.begin_totp(principal)
    world.confirm_totp(ConfirmTotp(otp=f"{int(world.clock.now().timestamp()) // 30 % 1_000_000:06d}"), principal)
    world.reset_password(ResetPassword(token=ask_for_reset(world), password=NEW))
    with pytest.raises(OtpRequired):
        world.log_in(LogIn(email="ada@example.org", password=NEW))
    assert len(world.events(EmailVerified)) == 1
