"""Trading refresh tokens, honestly and as a thief."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.errors import DomainError
from contracts.identity.commands import RefreshSession, VerifyEmail
from contracts.identity.events import SessionRevoked
from identity.domain.errors import RefreshTokenInvalid, RefreshTokenReused

WINDOW = timedelta(seconds=10)
MOMENT = timedelta(seconds=11)  # longer than the window, where one is granted


def refresh(world, token):
    return world.refresh_session(RefreshSession(refresh_token=token))


def test_a_refresh_token_gives_new_tokens_of_the_same_session(world, ada):
    first = world.logged_in()
    world.verify_email(VerifyEmail(token=world.mailed_token))
    second = refresh(world, first.refresh_token)
    [session] = world.memory.sessions.values()
    assert second.refresh_token != first.refresh_token
    assert second.access_token == f"{ada.id} {session.id} verified", "the account as it is now"


def test_tokens_can_be_traded_on_and_on(world, ada):
    token = world.logged_in().refresh_token
    for _ in range(5):
        world.clock.advance(timedelta(days=29))
        token = refresh(world, token).refresh_token
    assert not world.events(SessionRevoked)


def test_a_second_use_ends_the_session_for_both(world, ada):
    first = world.logged_in()
    second = refresh(world, first.refresh_token)
    world.clock.advance(MOMENT)
    with pytest.raises(RefreshTokenReused):
        refresh(world, first.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        refresh(world, second.refresh_token)
    [revoked] = world.events(SessionRevoked)
    [session] = world.memory.sessions.values()
    assert (revoked.user_id, revoked.session_id, revoked.reason) == (ada.id, session.id, "refresh_reused")


def test_the_other_sessions_of_the_person_live_on(world, ada):
    stolen, other = world.logged_in(), world.logged_in()
    refresh(world, stolen.refresh_token)
    world.clock.advance(MOMENT)
    with pytest.raises(RefreshTokenReused):
        refresh(world, stolen.refresh_token)
    assert refresh(world, other.refresh_token)


def test_without_a_window_asking_again_at_once_ends_the_session(world, ada):
    first = world.logged_in()
    second = refresh(world, first.refresh_token)
    with pytest.raises(RefreshTokenReused):
        refresh(world, first.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        refresh(world, second.refresh_token)


def test_without_a_window_who_asked_earlier_and_came_later_ends_the_session(world, ada):
    first = world.logged_in()
    second = refresh(world, first.refresh_token)
    world.clock.advance(-timedelta(milliseconds=5))  # both asked at once; the other was served first
    with pytest.raises(RefreshTokenReused):
        refresh(world, first.refresh_token)
    with pytest.raises(RefreshTokenInvalid):
        refresh(world, second.refresh_token)


def test_within_the_window_asking_again_gives_the_same_successor(world, ada):
    world.repeat_window = WINDOW
    first = world.logged_in()
    assert refresh(world, first.refresh_token) == refresh(world, first.refresh_token)
    assert not world.events(SessionRevoked)


def test_asking_again_after_the_successor_was_used_ends_the_session(world, ada):
    world.repeat_window = WINDOW
    first = world.logged_in()
    refresh(world, refresh(world, first.refresh_token).refresh_token)
    with pytest.raises(RefreshTokenReused):
        refresh(world, first.refresh_token)


def test_a_refresh_token_lasts_thirty_days(world, ada):
    tokens = world.logged_in()
    world.clock.advance(timedelta(days=30))
    with pytest.raises(RefreshTokenInvalid):
        refresh(world, tokens.refresh_token)


def test_a_session_ends_after_180_days_however_busy(world, ada):
    token = world.logged_in().refresh_token
    for _ in range(8):
        world.clock.advance(timedelta(days=20))
        token = refresh(world, token).refresh_token
    world.clock.advance(timedelta(days=20))
    with pytest.raises(RefreshTokenInvalid):
        refresh(world, token)


def test_an_unknown_token_is_refused(world, ada):
    with pytest.raises(RefreshTokenInvalid):
        refresh(world, "guessed")


def attempt(world, held, who):
    """Refresh with what `who` holds; on success they hold the successor."""
    try:
        held[who] = refresh(world, held[who]).refresh_token
    except DomainError:
        return False
    return True


@settings(deadline=None)
@given(
    window=st.sampled_from([timedelta(0), WINDOW]),
    theft_after=st.integers(0, 3),
    uses=st.lists(st.tuples(st.sampled_from(["owner", "thief"]), st.sampled_from([0, 3, 11, 3600])), max_size=12),
)
def test_whatever_the_order_a_shared_token_never_feeds_two(new_world, window, theft_after, uses):
    """Owner and thief hold a copy of one token and refresh in any order, at any pace."""
    world = new_world()
    world.repeat_window = window
    world.registered()
    held = {"owner": world.logged_in().refresh_token}
    for _ in range(theft_after):
        assert attempt(world, held, "owner")
    held["thief"] = held["owner"]
    for who, pause in uses:
        world.clock.advance(timedelta(seconds=pause))
        attempt(world, held, who)
        [session] = world.memory.sessions.values()
        usable = [token for token in world.memory.refresh_tokens.values() if token.rotated_at is None]
        assert len(usable) == 1, "a session has one living token, ever"
        if session.revoked_at:
            assert not attempt(world, held, "owner")
            assert not attempt(world, held, "thief")
    # Once both have traded their copy, moments apart, the theft has shown and both are out.
    for who in ("owner", "thief", "owner", "thief"):
        world.clock.advance(MOMENT)
        attempt(world, held, who)
    assert not attempt(world, held, "owner")
    assert not attempt(world, held, "thief")
    assert len(world.events(SessionRevoked)) == 1
