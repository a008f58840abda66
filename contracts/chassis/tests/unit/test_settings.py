"""Settings: from the environment, with complaints an operator can act on."""

from __future__ import annotations

import pytest
from greeter.settings import Settings
from pydantic import ValidationError

from chassis.settings import complaint
from local_platform.tokens import TestTokens

GIVEN = {"AMQP_URL": "amqp://broker/", "MONGO_URL": "mongodb://database/", "PRINCIPAL_JWKS": TestTokens().jwks}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in GIVEN.items():
        monkeypatch.setenv(f"GREETER_{name}", value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_a_service_owns_the_database_of_its_name() -> None:
    settings = Settings()
    assert (settings.amqp_url, settings.mongo_database, settings.service()) == ("amqp://broker/", "greeter", "greeter")


def test_another_database_can_be_named(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GREETER_MONGO_DATABASE", "another")
    environment.setenv("GREETER_RETRY_TIERS_S", "[0.1, 2]")
    settings = Settings()
    assert (settings.mongo_database, settings.retry_tiers_s) == ("another", (0.1, 2.0))


def test_what_is_missing_or_wrong_is_named_without_its_value(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("GREETER_MONGO_URL")
    environment.setenv("GREETER_AMQP_URL", "")
    environment.setenv("GREETER_PRINCIPAL_JWKS", "a secret pasted by mistake")
    with pytest.raises(ValidationError) as refusal:
        Settings()
    assert complaint(refusal.value, Settings).splitlines() == [
        "GREETER_AMQP_URL is missing",
        "GREETER_MONGO_URL is missing",
        "GREETER_PRINCIPAL_JWKS: Value error, not a JSON Web Key Set",
    ]
