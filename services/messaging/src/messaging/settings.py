"""What messaging is told by its environment."""

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Variables begin with MESSAGING_."""

    model_config = SettingsConfigDict(env_prefix="MESSAGING_", frozen=True)
