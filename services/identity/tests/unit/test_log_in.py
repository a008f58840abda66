"""Beginning a session."""

from datetime import timedelta

import pytest

from contracts.identity.authentication import RequestPasswordReset, ResetPassword
from contracts.identity.commands import LogIn, VerifyEmail
from contracts.identity.events import PasswordResetRequested
from identity.domain.errors import CredentialsInvalid, LoginThrottled


def log_in(world, email="ada@example.org", password="orbit lemon quartz"):
    return world.log_in(LogIn(email=email, password=password))


def fail(world, times, email="ada@example.org"):
    for _ in range(times):
        with pytest.raises(CredentialsInvalid):
            log_in(world, email, "wrong password")


def test_the_right_password_opens_a_session(world, ada):
    tokens = log_in(world, "ADA@example.org")
    [session] = world.memory.sessions.values()
    assert session.user_id == ada.id
    assert tokens.access_token == f"{ada.id} {session.id} unverified"
    assert (tokens.token_type, tokens.expires_in) == ("Bearer", 900)


def test_the_refresh_token_is_stored_as_a_digest(world, ada):
    assert log_in(world).refresh_token not in repr(world.memory)


def test_every_login_is_a_session_of_its_own(world, ada):
    log_in(world)
    log_in(world)
    assert len(world.memory.sessions) == 2


def test_an_access_token_tells_whether_the_address_is_verified(world, ada):
    world.verify_email(VerifyEmail(token=world.mailed_token))
    assert log_in(world).access_token.endswith(" verified")


def test_an_unknown_account_and_a_wrong_password_look_and_cost_the_same(world, ada):
    problems = []
    for email, password in (("ada@example.org", "wrong password"), ("nobody@example.org", "orbit lemon quartz")):
        compared = world.passwords.compared
        with pytest.raises(CredentialsInvalid) as refusal:
            log_in(world, email, password)
        problems.append(refusal.value.problem())
        assert world.passwords.compared == compared + 1
    assert problems[0] == problems[1]
    assert not world.memory.sessions


@pytest.mark.parametrize("email", ["ada@example.org", "nobody@example.org"])
def test_many_failures_lock_the_address_for_a_while_known_or_not(world, ada, email):
    fail(world, times=10, email=email)
    compared = world.passwords.compared
    with pytest.raises(LoginThrottled) as refusal:
        log_in(world, email.upper())
    assert 0 < refusal.value.problem().retry_after_s <= 900
    assert world.passwords.compared == compared, "no hashing for a locked address"


def test_a_locked_address_opens_again(world, ada):
    fail(world, times=10)
    with pytest.raises(LoginThrottled) as refusal:
        log_in(world)
    world.clock.advance(timedelta(seconds=refusal.value.retry_after_s))
    assert log_in(world)


def test_success_forgets_the_failures(world, ada):
    fail(world, times=9)
    log_in(world)
    fail(world, times=9)
    assert log_in(world)


def test_a_password_that_is_changed_while_it_is_compared_opens_nothing(world, ada, monkeypatch):
    match = world.passwords.match

    def slowly(password, password_hash, *, stranger=False):
        matches = match(password, password_hash, stranger=stranger)
        world.request_password_reset(RequestPasswordReset(email="ada@example.org"))
        token = world.events(PasswordResetRequested)[-1].token
        world.reset_password(ResetPassword(token=token, password="velvet anchor thirteen"))
        return matches

    monkeypatch.setattr(world.passwords, "match", slowly)
    with pytest.raises(CredentialsInvalid):
        log_in(world)
    assert not world.memory.sessions
