"""What creating the users takes."""

from __future__ import annotations

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.access import broker


class AccessSettings(BaseSettings):
    """Read from `ACCESS_…`; the addresses are those of administrators."""

    model_config = SettingsConfigDict(env_prefix="ACCESS_", frozen=True, env_ignore_empty=True)

    passwords: dict[str, SecretStr]  # by user
    broker_api_url: SecretStr | None = None  # of RabbitMQ's management plugin: http://user:password@host:15672
    broker_vhost: str = "/"
    mongo_url: SecretStr | None = None

    @field_validator("passwords")
    @classmethod
    def _of_everybody(cls, passwords: dict[str, SecretStr]) -> dict[str, SecretStr]:
        if missing := sorted(set(broker.USERS) - passwords.keys()):
            raise ValueError(f"no password of {', '.join(missing)}")
        if unknown := sorted(passwords.keys() - set(broker.USERS)):
            raise ValueError(f"no such user: {', '.join(unknown)}")
        return passwords

    def plain_passwords(self) -> dict[str, str]:
        return {name: password.get_secret_value() for name, password in self.passwords.items()}
