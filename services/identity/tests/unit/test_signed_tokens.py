"""The tokens that clients carry, as the other services read them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import OKPKey

from chassis.clock import FixedClock
from chassis.principal import InvalidToken, PrincipalVerifier
from contracts.identity.roles import Role
from identity.adapters.sealed import Sealed
from identity.adapters.signed_tokens import SignedTokens
from identity.domain.account import Account, Profile
from identity.domain.session import Session

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
PROFILE = Profile(display_name="Ada", time_zone="UTC", locale="en")
ADA = Account("user_1", 1, "ada@example.org", True, "hash", (Role.SOLVER, Role.EXPERT), PROFILE, NOW)
SESSION = Session.begin("session_1", ADA.id, NOW)


@pytest.fixture
def key():
    return OKPKey.generate_key("Ed25519", {"kid": "2030-01", "use": "sig"}, private=True)


def tokens_of(key):
    return SignedTokens(json.dumps(key.as_dict(private=True)), Sealed("A" * 43))


def verifier_of(key, clock):
    return PrincipalVerifier(json.dumps({"keys": [key.as_dict(private=False)]}), clock)


def test_every_service_can_read_an_access_token(key):
    view = tokens_of(key).issue(ADA, SESSION, "refresh", NOW)
    principal = verifier_of(key, FixedClock(NOW)).verify(view.access_token)
    assert (principal.user_id, principal.session_id, principal.email_verified) == (ADA.id, SESSION.id, True)
    assert principal.roles == {Role.SOLVER, Role.EXPERT}
    assert (view.refresh_token, view.expires_in) == ("refresh", 900)


def test_an_access_token_lasts_a_quarter_of_an_hour(key):
    clock = FixedClock(NOW)
    token = tokens_of(key).issue(ADA, SESSION, "refresh", NOW).access_token
    clock.advance(timedelta(minutes=15))
    with pytest.raises(InvalidToken):
        verifier_of(key, clock).verify(token)


def test_a_token_of_another_key_is_not_believed(key):
    forged = tokens_of(OKPKey.generate_key("Ed25519", {"kid": "2030-01"}, private=True)).issue(ADA, SESSION, "refresh", NOW)
    with pytest.raises(InvalidToken):
        verifier_of(key, FixedClock(NOW)).verify(forged.access_token)


def test_opaque_tokens_are_long_and_never_alike(key):
    made = {tokens_of(key).new() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43


def test_a_successor_is_always_the_same_but_only_with_the_key(key):
    other = SignedTokens(json.dumps(key.as_dict(private=True)), Sealed("B" * 43))
    assert tokens_of(key).successor("a") == tokens_of(key).successor("a") != tokens_of(key).successor("b")
    assert tokens_of(key).successor("a") != other.successor("a")


@pytest.mark.parametrize(
    "text", ["", "not json", "{}", '{"kty": "OKP", "crv": "Ed25519", "x": "OoODQGtLySrsgNhU2iw8VkEGp_d6v6k-5K_5MUGWphg"}', "[]"]
)
def test_start_up_refuses_what_is_no_private_key(text):
    with pytest.raises(ValueError, match="IDENTITY_SIGNING_KEY"):
        SignedTokens(text, Sealed("A" * 43))
