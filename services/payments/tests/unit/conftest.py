"""A bank on fakes for every unit test."""

import pytest
from payments_bank import Bank


@pytest.fixture
def bank() -> Bank:
    """An engagement over 60000 and 40000 EUR cents; nothing is funded."""
    bank = Bank()
    bank.accept()
    return bank
