"""The settings of the tiny service."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the tiny service is told."""

    model_config = SettingsConfigDict(env_prefix="GREETER_")
