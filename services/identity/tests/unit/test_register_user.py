"""Opening an account."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from contracts.identity.events import EmailVerificationRequested, UserRegistered
from contracts.identity.roles import Role
from identity.domain.errors import EmailTaken, PasswordTrivial, ProfileInvalid


def test_an_account_is_opened_unverified(world):
    me = world.registered(roles=["solver", "challenger", "solver"], locale="de", time_zone="Europe/Berlin")
    assert (me.email, me.email_verified, me.version) == ("Ada@example.org", False, 1)
    assert me.roles == (Role.SOLVER, Role.CHALLENGER)
    assert (me.locale, me.time_zone, me.created_at) == ("de", "Europe/Berlin", world.clock.now())
    [registered] = world.events(UserRegistered)
    assert (registered.user_id, registered.email, registered.roles) == (me.id, me.email, me.roles)


def test_a_verification_is_asked_for_and_its_token_is_stored_nowhere(world, ada):
    [requested] = world.events(EmailVerificationRequested)
    assert (requested.user_id, requested.email) == (ada.id, ada.email)
    assert requested.expires_at == world.clock.now() + timedelta(hours=24)
    assert requested.token not in repr(world.memory.verifications)


def test_the_password_is_stored_as_its_hash(world, ada):
    assert world.memory.accounts[ada.id].password_hash == world.passwords.hashed("orbit lemon quartz")


def test_an_address_has_one_account_whatever_its_case(world, ada):
    with pytest.raises(EmailTaken) as refusal:
        world.registered(email="ADA@example.ORG")
    assert refusal.value.problem().fields[0].pointer == "/email"
    assert list(world.memory.accounts) == [ada.id]
    assert len(world.events(UserRegistered)) == 1


@pytest.mark.parametrize("password", ["CorrectHorseBatteryStaple", "!!!Password1234", "aaaaaaaabbbb", "121212121212", "hello lovelace1815"])
def test_a_trivial_password_is_refused(world, password):
    with pytest.raises(PasswordTrivial) as refusal:
        world.registered(email="Lovelace1815@example.org", password=password)
    assert refusal.value.problem().fields[0].pointer == "/password"
    assert not world.memory.accounts


def test_a_short_name_in_the_address_does_not_forbid_words(world):
    assert world.registered(email="jo@example.org", password="major dog banjo")


def test_an_unknown_time_zone_is_refused(world):
    with pytest.raises(ProfileInvalid) as refusal:
        world.registered(time_zone="Mars/Olympus_Mons")
    assert refusal.value.problem().fields[0].pointer == "/time_zone"


@pytest.mark.parametrize("role", ["admin", "finance", "moderator", "support"])
def test_a_role_that_is_granted_cannot_be_chosen(world, role):
    with pytest.raises(ValidationError):
        world.registration(roles=[role])
