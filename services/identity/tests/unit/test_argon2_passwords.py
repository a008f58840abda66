"""Password hashing as it is configured."""

import pytest

from identity.adapters.argon2_passwords import Argon2Passwords


@pytest.fixture(scope="module")
def passwords():
    return Argon2Passwords(run=lambda work: work(), run_for_strangers=lambda work: work())


def test_a_hash_fits_its_password_alone(passwords):
    hashed = passwords.hashed("orbit lemon quartz")
    assert passwords.match("orbit lemon quartz", hashed)
    assert not passwords.match("orbit lemon quarts", hashed)


def test_hashes_are_salted_argon2id_of_the_recommended_cost(passwords):
    first, second = passwords.hashed("orbit lemon quartz"), passwords.hashed("orbit lemon quartz")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_the_same_letters_in_another_composition_are_the_same_password(passwords):
    assert passwords.match("cafe\u0301 au lait chaud", passwords.hashed("caf\u00e9 au lait chaud"))


def test_nothing_matches_where_there_is_no_account(passwords):
    assert not passwords.match("no account has this password", None)


def test_a_damaged_hash_matches_nothing(passwords):
    assert not passwords.match("orbit lemon quartz", "damaged")
