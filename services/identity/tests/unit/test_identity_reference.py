"""The bundled reference data."""

import pytest

from identity.adapters.reference import common_passwords, is_time_zone
from identity.domain.errors import PasswordTrivial
from identity.domain.passwords import refuse_trivial


@pytest.mark.parametrize("password", ["Qwertyuiop123", "1q2w3e4r5t6y", "iloveyou123456", "Administrator2024!", "123456789012"])
def test_passwords_everybody_tries_are_refused(password):
    with pytest.raises(PasswordTrivial):
        refuse_trivial(password, "ada@example.org", common_passwords())


@pytest.mark.parametrize("password", ["orbit lemon quartz", "tr0mbone-Vesuvius", "Zug nach Pankow 1983", "пароль-из-четырёх-слов"])
def test_others_pass(password):
    refuse_trivial(password, "ada@example.org", common_passwords())


def test_the_list_is_in_lower_case_and_holds_hundreds():
    assert all(word == word.lower() and word.strip() == word for word in common_passwords())
    assert len(common_passwords()) > 400


def test_time_zones_are_those_of_iana():
    assert is_time_zone("Europe/Berlin")
    assert is_time_zone("UTC")
    assert not is_time_zone("Mars/Olympus_Mons")
    assert not is_time_zone("../../etc/passwd")
