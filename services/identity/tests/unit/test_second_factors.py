"""One-time passwords, recovery codes and passkeys, at login and at a step-up."""

from datetime import timedelta

import pytest
from software_authenticator import SoftwareAuthenticator

from chassis.principal import FRESH_FOR, StepUpRequired
from contracts.identity.authentication import AddPasskey, ConfirmTotp, LogInWithPasskey, RemoveFactor, StepUp, StepUpWithPasskey
from contracts.identity.commands import LogIn
from contracts.identity.events import SecondFactorChanged
from identity.domain.errors import CodeWrong, FactorExists, FactorNotFound, NoSecondFactor, OtpInvalid, OtpRequired, PasskeyInvalid

PASSWORD = "orbit lemon quartz"


def code(world, steps=0):
    return f"{(int(world.clock.now().timestamp()) // 30 + steps) % 1_000_000:06d}"


def log_in(world, **shown):
    return world.log_in(LogIn(email="ada@example.org", password=PASSWORD, **shown))


@pytest.fixture
def principal(world, ada):
    return world.in_session()


@pytest.fixture
def recovery(world, principal):
    """Ada has an authenticator app; these are her recovery codes."""
    world.begin_totp(principal)
    codes = world.confirm_totp(ConfirmTotp(otp=code(world)), principal).codes
    world.clock.advance(timedelta(minutes=1))
    return codes


def test_a_secret_counts_once_a_code_was_shown(world, principal):
    setup = world.begin_totp(principal)
    assert setup.secret in setup.uri
    assert log_in(world), "not before"
    with pytest.raises(CodeWrong):
        world.confirm_totp(ConfirmTotp(otp="000000"), principal)
    assert len(world.confirm_totp(ConfirmTotp(otp=code(world)), principal).codes) == 10
    with pytest.raises(OtpRequired):
        log_in(world)
    with pytest.raises(FactorExists):
        world.begin_totp(principal)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_code_may_be_half_a_minute_off(world, recovery, steps):
    log_in(world, otp=code(world, steps))
    assert list(world.memory.sessions.values())[-1].methods == ("pwd", "otp")


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_further_off_is_wrong(world, recovery, steps):
    with pytest.raises(OtpInvalid):
        log_in(world, otp=code(world, steps))


def test_a_code_works_once_and_none_before_it(world, recovery):
    used, earlier = code(world), code(world, -1)
    log_in(world, otp=used)
    for seen in (used, earlier):
        with pytest.raises(OtpInvalid):
            log_in(world, otp=seen)


def test_a_wrong_password_tells_nothing_of_the_second_factor(world, recovery):
    problems = []
    for shown in ({}, {"otp": code(world)}):
        with pytest.raises(Exception, match="Email or password is wrong") as refusal:
            world.log_in(LogIn(email="ada@example.org", password="wrong", **shown))
        problems.append(refusal.value.problem().code)
    assert problems == ["identity.credentials.invalid"] * 2
    assert log_in(world, otp=code(world)), "and uses nothing up"


def test_a_recovery_code_works_once_however_it_is_written(world, recovery):
    log_in(world, recovery_code=recovery[3].upper().replace("-", ""))
    with pytest.raises(OtpInvalid):
        log_in(world, recovery_code=recovery[3])
    assert world.events(SecondFactorChanged)[-1].change == "used"
    assert recovery[0] not in repr(world.memory)


def test_new_recovery_codes_void_the_old(world, recovery, principal):
    with pytest.raises(OtpRequired):
        world.step_up(StepUp(password=PASSWORD), principal)
    renewed = world.renew_recovery_codes(principal).codes
    with pytest.raises(OtpInvalid):
        log_in(world, recovery_code=recovery[0])
    assert log_in(world, recovery_code=renewed[0])


def test_without_a_factor_there_are_no_recovery_codes(world, principal):
    with pytest.raises(NoSecondFactor):
        world.renew_recovery_codes(principal)


def test_a_factor_is_removed_by_a_fresh_session_alone(world, recovery, principal):
    [factor] = world.list_factors(principal).items
    stale = world.as_principal(principal.user_id, principal.session_id)
    world.clock.advance(FRESH_FOR)
    with pytest.raises(StepUpRequired):
        world.remove_factor(RemoveFactor.model_construct(factor_id=factor.id), stale)
    bob = world.registered(email="bob@example.org")
    with pytest.raises(FactorNotFound):
        world.remove_factor(RemoveFactor.model_construct(factor_id=factor.id), world.as_principal(bob.id))
    world.remove_factor(RemoveFactor.model_construct(factor_id=factor.id), world.as_principal(principal.user_id))
    assert log_in(world)
    assert world.list_factors(principal) == world.list_factors(principal).model_copy(update={"items": (), "recovery_codes_left": 0})


@pytest.fixture
def authenticator(world, principal):
    """Ada's passkey."""
    device = SoftwareAuthenticator()
    made = device.create(world.begin_passkey(principal).options)
    assert len(world.add_passkey(AddPasskey(credential=made, label="Laptop"), principal).codes) == 10
    return device


def test_a_passkey_opens_a_session(world, authenticator):
    tokens = world.log_in_with_passkey(LogInWithPasskey(credential=authenticator.get(world.begin_passkey_login().options)))
    session = list(world.memory.sessions.values())[-1]
    assert session.methods == ("webauthn",)
    assert tokens.access_token.split()[1] == session.id
    with pytest.raises(OtpRequired):
        log_in(world)


def test_a_challenge_is_answered_once(world, authenticator):
    shown = authenticator.get(world.begin_passkey_login().options)
    world.log_in_with_passkey(LogInWithPasskey(credential=shown))
    with pytest.raises(PasskeyInvalid):
        world.log_in_with_passkey(LogInWithPasskey(credential=shown))


def test_a_challenge_expires(world, authenticator):
    shown = authenticator.get(world.begin_passkey_login().options)
    world.clock.advance(timedelta(minutes=5))
    with pytest.raises(PasskeyInvalid):
        world.log_in_with_passkey(LogInWithPasskey(credential=shown))


@pytest.mark.parametrize(
    "flaw", [{"origin": "https://openchance.evil.example"}, {"rp_id": "evil.example"}, {"verified": False}, {"user_handle": "dXNlcl8x"}]
)
def test_a_flawed_passkey_is_refused(world, authenticator, flaw):
    for name, value in flaw.items():
        setattr(authenticator, name, value)
    with pytest.raises(PasskeyInvalid):
        world.log_in_with_passkey(LogInWithPasskey(credential=authenticator.get(world.begin_passkey_login().options)))


def test_a_cloned_authenticator_shows_by_its_counter(world, authenticator):
    world.log_in_with_passkey(LogInWithPasskey(credential=authenticator.get(world.begin_passkey_login().options)))
    authenticator.sign_count = 0
    with pytest.raises(PasskeyInvalid):
        world.log_in_with_passkey(LogInWithPasskey(credential=authenticator.get(world.begin_passkey_login().options)))


@pytest.mark.parametrize("credential", [{}, {"response": 1}, {"id": "x", "response": {"clientDataJSON": "AAAA"}}])
def test_what_is_no_credential_is_refused(world, authenticator, credential):
    with pytest.raises(PasskeyInvalid):
        world.log_in_with_passkey(LogInWithPasskey(credential=credential))


def test_a_passkey_is_made_for_the_one_who_began(world, principal):
    bob = world.in_session_of("bob@example.org")
    made = SoftwareAuthenticator().create(world.begin_passkey(principal).options)
    with pytest.raises(PasskeyInvalid):
        world.add_passkey(AddPasskey(credential=made, label="Mine now"), bob)


def test_a_passkey_steps_a_session_up_but_not_somebody_elses(world, authenticator, principal):
    world.clock.advance(timedelta(days=1))
    world.step_up_with_passkey(StepUpWithPasskey(credential=authenticator.get(world.begin_passkey_login().options)), principal)
    session = world.memory.sessions[principal.session_id]
    assert (session.authenticated_at, session.methods) == (world.clock.now(), ("webauthn",))
    bob = world.registered(email="bob@example.org")
    with pytest.raises(PasskeyInvalid):
        world.step_up_with_passkey(
            StepUpWithPasskey(credential=authenticator.get(world.begin_passkey_login().options)), world.as_principal(bob.id)
        )


def test_factors_are_listed(world, recovery, principal):
    device = SoftwareAuthenticator()
    made = device.create(world.begin_passkey(world.as_principal(principal.user_id, principal.session_id)).options)
    added = world.add_passkey(AddPasskey(credential=made, label="Key ring"), principal)
    assert added.codes == (), "there are recovery codes already"
    shown = world.list_factors(principal)
    assert [(item.kind, item.label) for item in shown.items] == [("totp", "Authenticator app"), ("passkey", "Key ring")]
    assert shown.recovery_codes_left == 10
