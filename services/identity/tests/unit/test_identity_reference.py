"""The bundled reference data."""

from importlib import resources

import pytest

from identity.adapters import breached_passwords
from identity.adapters.reference import KnownPasswords, common_passwords, is_time_zone
from identity.domain.errors import PasswordTrivial
from identity.domain.passwords import refuse_trivial


@pytest.mark.parametrize("password", ["Qwertyuiop123", "1q2w3e4r5t6y", "iloveyou123456", "Administrator2024!", "123456789012"])
def test_passwords_everybody_tries_are_refused(password):
    with pytest.raises(PasswordTrivial):
        refuse_trivial(password, "ada@example.org", KnownPasswords())


@pytest.mark.parametrize("password", ["q1w2e3r4t5y6", "SonyEricsson", "gfhjkmgfhjkm", "!!leavemealone7"])
def test_passwords_from_breaches_are_refused_in_any_case_and_with_decoration(password):
    with pytest.raises(PasswordTrivial):
        refuse_trivial(password, "ada@example.org", KnownPasswords())


def test_more_breached_passwords_than_the_standard_asks_for_fit_the_policy():
    """OWASP ASVS 5.0, 6.2.4: the 3,000 most used that the policy would let through."""
    packed = resources.files("identity.adapters").joinpath("breached_passwords.bin").read_bytes()
    digests = [packed[start : start + 8] for start in range(0, len(packed), 8)]
    assert len(digests) > 10_000
    assert digests == sorted(set(digests))


def test_a_list_is_packed_without_what_is_too_short():
    packed = breached_passwords.pack(["Correct Horse Battery", "correct horse battery", "short", "another long one"])
    assert len(packed) == 2 * 8


@pytest.mark.parametrize("password", ["orbit lemon quartz", "tr0mbone-Vesuvius", "Zug nach Pankow 1983", "пароль-из-четырёх-слов"])
def test_others_pass(password):
    refuse_trivial(password, "ada@example.org", KnownPasswords())


def test_the_list_is_in_lower_case_and_holds_hundreds():
    assert all(word == word.lower() and word.strip() == word for word in common_passwords())
    assert len(common_passwords()) > 400


def test_time_zones_are_those_of_iana():
    assert is_time_zone("Europe/Berlin")
    assert is_time_zone("UTC")
    assert not is_time_zone("Mars/Olympus_Mons")
    assert not is_time_zone("../../etc/passwd")
