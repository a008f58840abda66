"""What every deployable is told by its environment; a service subclasses `ServiceSettings` with its own prefix."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis import crash_points
from chassis.principal import key_set


class BrokerSettings(BaseSettings):
    """What declaring a service's queues takes. Everybody who declares them must be told the same: the broker refuses other arguments."""

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True, extra="ignore")

    amqp_url: str
    retry_tiers_s: tuple[float, ...] = Field(default=(1.0, 5.0, 30.0, 300.0, 1800.0), min_length=1)
    delivery_limit: int = Field(default=20, ge=1)  # how often the broker hands out an event that ends its process


class ServiceSettings(BrokerSettings):
    """The settings all services share, read from `<SERVICE>_…` variables. What has no default must be given."""

    mongo_url: str
    mongo_database: str  # unless given: the service's name
    principal_jwks: str  # the public keys (JWKS JSON) access tokens are verified with
    personal_data_keys: SecretStr | None = None  # what keys of people are wrapped in; the same for all who read identity's events
    clock_url: str | None = None  # where tests and the sandbox set the clock; the system's clock unless given
    health_host: str = "0.0.0.0"  # noqa: S104 - probes and Prometheus come from outside the pod
    health_port: int = Field(default=8080, ge=0, le=65535)
    log_format: Literal["json", "console", "auto"] = "auto"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    otlp_endpoint: str | None = None  # an OTLP/HTTP collector, e.g. http://collector:4318; no spans leave unless given
    max_workers: int = Field(default=32, ge=1)
    stop_timeout_s: float = Field(default=25.0, gt=0)  # what is in flight may take this long after SIGTERM
    crash_at: str | None = None  # for tests: the point of chassis.crash_points to end the process at
    stall_threshold_s: float = Field(default=0.5, gt=0)  # an event loop that does not run for so long is reported

    @classmethod
    def service(cls) -> str:
        """The service's name: its prefix in lower case."""
        return cls.model_config.get("env_prefix", "").rstrip("_").lower()

    @field_validator("principal_jwks")
    @classmethod
    def _readable_keys(cls, jwks: str) -> str:
        key_set(jwks)
        return jwks

    @field_validator("crash_at")
    @classmethod
    def _in_tests_alone(cls, crash_at: str | None, given: ValidationInfo) -> str | None:
        return crash_points.checked(crash_at, given.data.get("amqp_url", ""), given.data.get("mongo_url", ""))

    @model_validator(mode="before")
    @classmethod
    def _own_database(cls, values: Any) -> Any:
        if isinstance(values, dict):
            values.setdefault("mongo_database", cls.service())
        return values


def complaint(error: ValidationError, settings: type[BaseSettings], prefix: str | None = None) -> str:
    """What is wrong with the environment, one line a variable, by the names an operator sets; never with a value."""
    prefix = prefix or settings.model_config.get("env_prefix", "")
    lines = []
    for problem in error.errors(include_input=False, include_url=False):
        name = f"{prefix}{problem['loc'][0]}".upper() if problem["loc"] else prefix
        lines.append(f"{name} is missing" if problem["type"] == "missing" else f"{name}: {problem['msg']}")
    return "\n".join(lines)
