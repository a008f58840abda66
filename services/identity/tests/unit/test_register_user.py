"""Opening an account."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from chassis.context import Client
from contracts.errors import Kind
from contracts.identity.events import EmailVerificationRequested, UserRegistered
from contracts.identity.roles import Role
from identity.domain.errors import EmailTaken, PasswordTrivial, ProfileInvalid, SignUpsThrottled


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


def test_an_address_gets_so_many_accounts_in_a_while(world):
    world.client = Client("203.0.113.9", "Firefox")
    for number in range(world.sign_ups_per_address):
        world.registered(email=f"person{number}@example.org")
    with pytest.raises(SignUpsThrottled) as refusal:
        world.registered(email="one-more@example.org")
    assert (refusal.value.problem().code, refusal.value.problem().kind) == ("identity.sign_up.throttled", Kind.LIMITED)
    assert len(world.memory.accounts) == world.sign_ups_per_address
    world.client = Client("203.0.113.10", "Firefox")
    assert world.registered(email="one-more@example.org")
    world.client = Client("203.0.113.9", "Firefox")
    world.clock.advance(timedelta(seconds=refusal.value.retry_after_s))
    assert world.registered(email="yet-one-more@example.org")


def test_asking_whether_addresses_are_taken_by_registering_is_counted_too(world, ada):
    world.client = Client("203.0.113.9", "Firefox")
    for _ in range(world.sign_ups_per_address):
        with pytest.raises(EmailTaken):
            world.registered()
    with pytest.raises(SignUpsThrottled):
        world.registered()


def test_a_mistake_in_the_form_costs_nothing(world):
    world.client = Client("203.0.113.9", "Firefox")
    for _ in range(world.sign_ups_per_address + 1):
        with pytest.raises(PasswordTrivial):
            world.registered(password="aaaaaaaabbbb")
    assert world.registered()
