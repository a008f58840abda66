"""The settings of the probe that records."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service is told."""

    model_config = SettingsConfigDict(env_prefix="PROBE_SOURCE_")
