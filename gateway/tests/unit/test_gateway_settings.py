"""Settings from the environment."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from gateway.settings import RateClass, Settings
from gateway.shared.gcra import Policy

NEEDED = {"GATEWAY_AMQP_URL": "amqp://x", "GATEWAY_REDIS_URL": "redis://x", "GATEWAY_PRINCIPAL_JWKS": '{"keys": []}'}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_the_defaults(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert (settings.host, settings.port, settings.cors_origins) == ("127.0.0.1", 8080, ())
    assert settings.policy(RateClass.AUTH) == Policy(120, 60)
    assert settings.policy(RateClass.SIGN_UP) == Policy(30, 900)


def test_lists_and_limits_are_read(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GATEWAY_CORS_ORIGINS", "https://app.example, http://localhost:3000/")
    environment.setenv("GATEWAY_RATE_LIMITS", '{"auth": "5/60"}')
    settings = Settings()
    assert settings.cors_origins == ("https://app.example", "http://localhost:3000")
    assert settings.policy(RateClass.AUTH) == Policy(5, 60)
    assert settings.policy(RateClass.WRITE) == Policy(300, 60)


@pytest.mark.parametrize("limits", ['{"auth": "0/60"}', '{"auth": "many"}', '{"nothing": "1/1"}'])
def test_a_limit_that_is_none_is_refused(environment: pytest.MonkeyPatch, limits: str) -> None:
    environment.setenv("GATEWAY_RATE_LIMITS", limits)
    with pytest.raises(ValidationError):
        Settings()


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_missing_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    with pytest.raises(ValidationError, match=name.removeprefix("GATEWAY_").lower()):
        Settings()
