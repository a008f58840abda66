"""A market on the fakes for every unit test."""

import pytest
from challenges_market import Market


@pytest.fixture
def market() -> Market:
    return Market()
