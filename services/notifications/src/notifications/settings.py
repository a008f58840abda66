"""The settings of notifications, from NOTIFICATIONS_… variables."""

from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """`sendgrid_api_base` points the SDK elsewhere (the sandbox); `public_url` is where links in mails lead."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_", frozen=True)

    personal_data_keys: SecretStr
    sendgrid_api_key: SecretStr
    sendgrid_api_base: str | None = None
    mail_from: str = "OpenChance <no-reply@openchance.example>"
    public_url: str
