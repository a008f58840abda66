"""The tokens that keys and programs are traded for, as every service reads them."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.clock import FixedClock
from chassis.principal import InvalidToken, PrincipalVerifier
from contracts.identity.roles import Role
from identity.adapters.key_tokens import LIFETIME, SignedKeyTokens
from identity.adapters.sealed import Sealed
from identity.adapters.signed_tokens import SignedTokens
from identity.domain.account import Account, Profile
from identity.domain.administration_errors import AccountBanned
from identity.domain.credential import Credential, KeptSecret, Kind
from local_platform.tokens import TestTokens

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
ADA = Account("user_1", 1, "ada@example.org", True, None, (Role.SOLVER, Role.ADMIN), Profile("Ada", "UTC", "en"), NOW)
KEY = Credential(
    "apikey_1", 1, Kind.KEY, "user_1", "user_1", "Export", ("profile:read",), (KeptSecret("d", "oc_", NOW, NOW),), "session_1", NOW
)


@pytest.fixture
def clock():
    return FixedClock(NOW)


@pytest.fixture
def signed(tokens: TestTokens, clock):
    return SignedKeyTokens(SignedTokens(tokens.signing_key, Sealed(tokens.secrets_key)), clock.now)


@pytest.fixture
def verifier(tokens: TestTokens, clock):
    return PrincipalVerifier(tokens.jwks, clock)


def test_a_key_speaks_for_its_person_without_the_rights_of_the_staff(signed, verifier, clock):
    view = signed.for_person(ADA, KEY)
    principal = verifier.verify(view.access_token)
    assert (principal.user_id, principal.session_id, principal.scopes) == ("user_1", "session_1", {"profile:read"})
    assert (principal.roles, principal.email_verified, principal.machine) == ({Role.SOLVER}, True, False)
    assert principal.authenticated_at is None
    assert view.expires_in == LIFETIME.total_seconds()
    clock.advance(timedelta(minutes=5))
    with pytest.raises(InvalidToken):
        verifier.verify(view.access_token)


def test_who_is_kept_out_is_kept_out_with_a_key_too(signed):
    with pytest.raises(AccountBanned):
        signed.for_person(replace(ADA, standing=ADA.standing.banned("Spam.")), KEY)


def test_a_program_speaks_for_its_organisation(signed, verifier):
    client = replace(KEY, id="client_1", kind=Kind.CLIENT, owner_id="organisation_1")
    principal = verifier.verify(signed.for_organisation(client, ("challenges:read",)).access_token)
    assert (principal.user_id, principal.machine, principal.organisation_id) == ("client_1", True, "organisation_1")
    assert (principal.roles, principal.scopes) == (frozenset(), {"challenges:read"})


def test_a_token_says_whom_it_is_for(signed):
    claims = json.loads(base64.urlsafe_b64decode(signed.for_person(ADA, KEY).access_token.split(".")[1] + "=="))
    assert (claims["aud"], claims["client_id"]) == ("openchance.delegated", "apikey_1")


def test_secrets_are_long_and_told_apart(signed):
    keys = {signed.new_secret(Kind.KEY) for _ in range(100)}
    assert len(keys) == 100
    assert all(key.startswith("oc_") and len(key) >= 46 for key in keys)
    assert signed.new_secret(Kind.CLIENT).startswith("ocs_")
