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


def jwks_of(tokens):
    return json.dumps({"keys": [dict(key) for key in tokens.public_keys()]})


def test_a_signing_key_is_changed_without_refusing_anybody():
    """Old key alone; both, the old signing; both, the new signing; the new alone: services follow one step behind or ahead."""
    old, new = (OKPKey.generate_key("Ed25519", {"kid": kid}, private=True).as_dict(private=True) for kid in ("old", "new"))
    steps = [SignedTokens(json.dumps({"keys": keys}), Sealed("A" * 43)) for keys in ([old], [old, new], [new, old], [new])]
    issued = [step.issue(ADA, SESSION, "refresh", NOW).access_token for step in steps]
    for at, tokens in enumerate(steps):
        verifier = PrincipalVerifier(jwks_of(tokens), FixedClock(NOW))
        for neighbour in issued[max(0, at - 1) : at + 2]:
            assert verifier.verify(neighbour).user_id == ADA.id
    with pytest.raises(InvalidToken):
        PrincipalVerifier(jwks_of(steps[0]), FixedClock(NOW)).verify(issued[3])


def test_a_key_set_tells_nothing_private(key):
    [public] = tokens_of(key).public_keys()
    assert public.keys() == {"kty", "crv", "x", "kid", "use"}
    assert public["kid"] == "2030-01"


def test_a_device_is_known_to_its_account_alone(key):
    tokens = tokens_of(key)
    token = tokens.device_token("Ada@example.org")
    assert tokens.device_of(token, "ada@EXAMPLE.org")
    for other, email in ((token, "bob@example.org"), (token + "0", "ada@example.org"), ("", "ada@example.org"), (None, "ada@example.org")):
        assert tokens.device_of(other, email) is None
    assert token != tokens.device_token("ada@example.org")


def test_the_secrets_key_can_be_changed():
    before, after = Sealed("A" * 43), Sealed("B" * 43 + "," + "A" * 43)
    assert after.open(before.seal("secret")) == "secret"
    with pytest.raises(ValueError, match="IDENTITY_SECRETS_KEY"):
        before.open(after.seal("secret"))


@pytest.mark.parametrize("text", ["", "short", "A" * 43 + ",", "not base64 at all!"])
def test_start_up_refuses_what_is_no_secrets_key(text):
    with pytest.raises(ValueError, match="IDENTITY_SECRETS_KEY"):
        Sealed(text)
