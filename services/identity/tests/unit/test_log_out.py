"""Ending a session."""

import pytest

from contracts.base import Done
from contracts.identity.commands import LogOut, RefreshSession
from contracts.identity.events import SessionRevoked
from identity.domain.errors import RefreshTokenInvalid


def log_out(world, token):
    return world.log_out(LogOut(refresh_token=token))


def test_a_session_that_was_logged_out_cannot_be_refreshed(world, ada):
    tokens = world.logged_in()
    assert log_out(world, tokens.refresh_token) == Done()
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    [revoked] = world.events(SessionRevoked)
    assert (revoked.user_id, revoked.reason) == (ada.id, "logged_out")


def test_logging_out_twice_tells_it_once(world, ada):
    tokens = world.logged_in()
    log_out(world, tokens.refresh_token)
    assert log_out(world, tokens.refresh_token) == Done()
    assert len(world.events(SessionRevoked)) == 1


def test_an_older_token_of_the_session_ends_it_too(world, ada):
    first = world.logged_in()
    second = world.refresh_session(RefreshSession(refresh_token=first.refresh_token))
    log_out(world, first.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=second.refresh_token))


def test_an_unknown_token_is_no_error_and_ends_nothing(world, ada):
    tokens = world.logged_in()
    assert log_out(world, "guessed") == Done()
    assert world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    assert not world.events(SessionRevoked)
