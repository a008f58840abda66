"""A list of stolen passwords tried from many addresses against many accounts."""

import pytest

from chassis.context import Client
from chassis.native_threads import TooManyWaiting
from contracts.errors import DomainError
from contracts.identity.commands import LogIn
from identity.domain.errors import CredentialsInvalid, LoginThrottled

ADDRESSES, ACCOUNTS = 100, 100


def attack(world, attempts):
    """One attempt after another, spread over addresses and accounts; how each ended."""
    outcomes = []
    for number in range(attempts):
        world.client = Client(f"203.0.113.{number % ADDRESSES}", "stuffer/1.0")
        try:
            world.log_in(LogIn(email=f"person{number // ADDRESSES % ACCOUNTS}@example.org", password=f"stolen {number}"))
        except (CredentialsInvalid, LoginThrottled) as refusal:
            outcomes.append(type(refusal))
    return outcomes


def test_thousands_of_attempts_from_a_hundred_addresses_reach_few_passwords(world):
    outcomes = attack(world, 4_000)
    assert len(outcomes) == 4_000, "nobody gets in"
    assert outcomes.count(LoginThrottled) >= 3_000
    assert world.passwords.compared == outcomes.count(CredentialsInvalid) <= ACCOUNTS * 10, "who is throttled costs no hashing"


def test_the_owner_gets_in_during_the_attack(world):
    owner = world.registered(email="person3@example.org")
    device = world.log_in(LogIn(email="person3@example.org", password="orbit lemon quartz")).device_token
    attack(world, 2_000)
    world.client = Client("198.51.100.7", "Firefox")
    assert owner.id in world.log_in(LogIn(email="person3@example.org", password="orbit lemon quartz", device_token=device)).access_token


def test_who_is_sent_away_unheard_loses_no_attempt(world):
    """While strangers' passwords fill the queue, an owner on a new device must not be locked out by being told to come again."""
    world.registered(email="person3@example.org")
    world.passwords.busy_for_strangers = True
    for _ in range(20):
        with pytest.raises(TooManyWaiting):
            world.log_in(LogIn(email="person3@example.org", password="orbit lemon quartz"))
    world.passwords.busy_for_strangers = False
    assert world.log_in(LogIn(email="person3@example.org", password="orbit lemon quartz"))


def test_an_address_whose_attempts_find_no_place_runs_out_of_them(world):
    world.client = Client("203.0.113.9", "stuffer/1.0")
    world.passwords.busy_for_strangers = True
    refused = []
    for number in range(world.attempts_per_address + 1):
        with pytest.raises(DomainError) as refusal:
            world.log_in(LogIn(email=f"person{number}@example.org", password="stolen"))
        refused.append(refusal.type)
    assert refused == [TooManyWaiting] * world.attempts_per_address + [LoginThrottled]


def test_a_known_device_does_not_queue_behind_strangers(world):
    world.registered(email="person3@example.org")
    device = world.log_in(LogIn(email="person3@example.org", password="orbit lemon quartz")).device_token
    world.passwords.busy_for_strangers = True
    assert world.log_in(LogIn(email="person3@example.org", password="orbit lemon quartz", device_token=device))
