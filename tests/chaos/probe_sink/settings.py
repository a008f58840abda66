"""The settings of the probe that hears."""

from __future__ import annotations

from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What every service is told, and where the vendor is."""

    model_config = SettingsConfigDict(env_prefix="PROBE_SINK_")

    vendor_url: str
