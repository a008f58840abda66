"""Seeing and ending one's sessions, and the history of logins."""

import pytest

from chassis.context import Client
from contracts.identity.authentication import ListLogins, RevokeSession
from contracts.identity.commands import LogIn, RefreshSession
from contracts.identity.events import SessionRevoked
from identity.domain.errors import CredentialsInvalid, LoginThrottled, RefreshTokenInvalid, SessionNotFound

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"


def test_a_person_sees_device_and_range_of_each_session(world, ada):
    world.client = Client("203.0.113.77", FIREFOX)
    principal = world.in_session()
    world.client = Client("198.51.100.3", "curl/8.5.0")
    world.logged_in()
    shown = {view.device: view for view in world.list_sessions(principal).items}
    assert shown["Firefox on Linux"].current
    assert not shown["curl"].current
    assert shown["Firefox on Linux"].address_range == "203.0.113.0/24"
    assert "203.0.113.77" not in repr(world.memory)


def test_a_refresh_moves_the_last_use(world, ada):
    from datetime import timedelta

    tokens = world.logged_in()
    [session] = world.memory.sessions.values()
    world.clock.advance(timedelta(hours=5))
    world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    assert world.list_sessions(world.as_principal(ada.id, session.id)).items[0].last_used_at == world.clock.now()


def test_a_session_is_ended_from_elsewhere(world, ada):
    tokens = world.logged_in()
    [session] = world.memory.sessions.values()
    principal = world.in_session()
    for _ in range(2):
        world.revoke_session(RevokeSession.model_construct(session_id=session.id), principal)
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    assert [event.reason for event in world.events(SessionRevoked)] == ["revoked"]
    assert [view.id for view in world.list_sessions(principal).items] == [principal.session_id]


def test_nobody_ends_somebody_elses_session(world, ada):
    world.logged_in()
    [session] = world.memory.sessions.values()
    bob = world.registered(email="bob@example.org")
    with pytest.raises(SessionNotFound):
        world.revoke_session(RevokeSession.model_construct(session_id=session.id), world.as_principal(bob.id))
    assert session.live(world.clock.now())


def test_all_others_are_ended_at_once(world, ada):
    for _ in range(3):
        world.logged_in()
    principal = world.in_session()
    world.revoke_other_sessions(principal)
    assert [view.id for view in world.list_sessions(principal).items] == [principal.session_id]
    assert len(world.events(SessionRevoked)) == 3


def test_the_history_tells_of_failures_too(world, ada):
    world.client = Client("203.0.113.77", FIREFOX)
    with pytest.raises(CredentialsInvalid):
        world.log_in(LogIn(email="ada@example.org", password="wrong"))
    principal = world.in_session()
    first = world.list_logins(ListLogins(limit=1), principal)
    second = world.list_logins(ListLogins(limit=1, cursor=first.next_cursor), principal)
    assert [page.items[0].outcome for page in (first, second)] == ["succeeded", "wrong_password"]
    assert second.next_cursor is None
    bob = world.registered(email="bob@example.org")
    assert world.list_logins(ListLogins(), world.as_principal(bob.id)).items == ()


def test_strangers_cannot_lock_out_a_device_that_is_known(world, ada):
    device = world.logged_in().device_token
    for _ in range(10):
        with pytest.raises(CredentialsInvalid):
            world.log_in(LogIn(email="ada@example.org", password="guess"))
    with pytest.raises(LoginThrottled):
        world.logged_in()
    assert world.log_in(LogIn(email="ada@example.org", password="orbit lemon quartz", device_token=device))


def test_a_device_token_of_another_account_is_worth_nothing(world, ada):
    world.registered(email="bob@example.org")
    bobs = world.log_in(LogIn(email="bob@example.org", password="orbit lemon quartz")).device_token
    for _ in range(10):
        with pytest.raises(CredentialsInvalid):
            world.log_in(LogIn(email="ada@example.org", password="guess", device_token=bobs))
    with pytest.raises(LoginThrottled):
        world.log_in(LogIn(email="ada@example.org", password="guess", device_token=bobs))


def test_a_known_device_cannot_guess_for_ever(world, ada):
    device = world.logged_in().device_token
    for _ in range(10):
        with pytest.raises(CredentialsInvalid):
            world.log_in(LogIn(email="ada@example.org", password="guess", device_token=device))
    with pytest.raises(LoginThrottled):
        world.log_in(LogIn(email="ada@example.org", password="orbit lemon quartz", device_token=device))


def test_one_address_cannot_try_many_accounts(world, ada):
    world.client = Client("203.0.113.77")
    for number in range(60):
        with pytest.raises(CredentialsInvalid):
            world.log_in(LogIn(email=f"person{number}@example.org", password="guess"))
    compared = world.passwords.compared
    with pytest.raises(LoginThrottled):
        world.logged_in()
    assert world.passwords.compared == compared, "no hashing for an address that is stopped"
    world.client = Client("198.51.100.3")
    assert world.logged_in(), "the accounts are open to others"


def test_honest_logins_do_not_use_up_an_address(world, ada):
    world.client = Client("203.0.113.77")
    for _ in range(100):
        assert world.logged_in()
