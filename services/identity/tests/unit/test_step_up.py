"""Proving again who one is."""

from datetime import timedelta

import pytest

from chassis.principal import SessionEnded
from contracts.identity.authentication import StepUp
from contracts.identity.commands import LogOut
from identity.domain.errors import CredentialsInvalid, LoginThrottled

RIGHT = StepUp(password="orbit lemon quartz")


def test_a_step_up_makes_the_session_fresh(world, ada):
    principal = world.in_session()
    world.clock.advance(timedelta(days=1))
    answer = world.step_up(RIGHT, principal)
    session = world.memory.sessions[principal.session_id]
    assert session.authenticated_at == world.clock.now()
    assert answer.access_token == f"{ada.id} {session.id} unverified"


def test_a_wrong_password_changes_nothing(world, ada):
    principal = world.in_session()
    before = world.memory.sessions[principal.session_id]
    with pytest.raises(CredentialsInvalid):
        world.step_up(StepUp(password="wrong"), principal)
    assert world.memory.sessions[principal.session_id] == before


def test_guessing_is_slowed_down(world, ada):
    principal = world.in_session()
    for _ in range(10):
        with pytest.raises(CredentialsInvalid):
            world.step_up(StepUp(password="wrong"), principal)
    with pytest.raises(LoginThrottled):
        world.step_up(RIGHT, principal)
    assert world.logged_in(), "a thief of an access token does not lock the owner out"


def test_an_ended_session_is_not_revived(world, ada):
    tokens = world.logged_in()
    [session] = world.memory.sessions.values()
    world.log_out(LogOut(refresh_token=tokens.refresh_token))
    with pytest.raises(SessionEnded):
        world.step_up(RIGHT, world.as_principal(ada.id, session.id))


def test_a_session_of_somebody_else_is_none(world, ada):
    principal = world.in_session()
    bob = world.registered(email="bob@example.org")
    with pytest.raises(SessionEnded):
        world.step_up(RIGHT, world.as_principal(bob.id, principal.session_id))
