"""What the relay is told by its environment."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import crash_points


class RelaySettings(BaseSettings):
    """Read from the environment, e.g. `RELAY_DATABASES={"challenges": "mongodb://…/challenges"}`."""

    model_config = SettingsConfigDict(env_prefix="RELAY_", frozen=True, env_ignore_empty=True)

    amqp_url: str
    databases: dict[str, str] = Field(min_length=1, description="for each service the URL of its database, which the path names")
    health_port: int = Field(ge=0, le=65535, description="0 picks a free one")
    consumers: tuple[str, ...] | None = Field(
        default=None, description="the services whose queues must stand before an event is sent; unless given, those of `databases`"
    )
    stall_threshold_s: float = Field(default=0.5, gt=0, description="an event loop that does not run for so long is reported")
    log_format: Literal["json", "console", "auto"] = "auto"
    clock_url: str | None = Field(default=None, validation_alias=AliasChoices("RELAY_CLOCK_URL", "CLOCK_URL"))
    crash_at: str | None = None  # for tests: the point of chassis.crash_points to end the process at

    def awaited(self) -> tuple[str, ...]:
        """The services that must not miss an event."""
        return tuple(self.databases) if self.consumers is None else self.consumers

    @field_validator("crash_at")
    @classmethod
    def _in_tests_alone(cls, crash_at: str | None, given: ValidationInfo) -> str | None:
        return crash_points.checked(crash_at, given.data.get("amqp_url", ""), *given.data.get("databases", {"": ""}).values())
