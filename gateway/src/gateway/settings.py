"""What the gateway is told by its environment (`GATEWAY_…`)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.shared.connection import TIMEOUT_S
from gateway.shared.gcra import Policy


class RateClass(StrEnum):
    """Which limit a request counts against: `auth`, `sign_up` and `webhook` by address, the others by user (by address while anonymous)."""

    AUTH = "auth"
    SIGN_UP = "sign_up"
    READ = "read"
    WRITE = "write"
    WEBHOOK = "webhook"
    SOCKET = "socket"


_DEFAULT_LIMITS = {
    RateClass.AUTH: Policy(quota=120, window_s=60),  # identity slows guessing at one account down further
    RateClass.SIGN_UP: Policy(quota=30, window_s=900),  # identity counts the same; here it costs a fraction, and no attempt gets by
    RateClass.READ: Policy(quota=1200, window_s=60),
    RateClass.WRITE: Policy(quota=300, window_s=60),
    RateClass.WEBHOOK: Policy(quota=3000, window_s=60),
    RateClass.SOCKET: Policy(quota=600, window_s=60),
}


def _listed(value: Any) -> Any:
    return tuple(part.strip().rstrip("/") for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """What has no default must be given."""

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", frozen=True, env_ignore_empty=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    amqp_url: str
    redis_url: str
    principal_jwks: str  # the public keys (JWKS JSON) access tokens are verified with
    clock_url: str | None = None  # where tests and the sandbox set the clock; the system's clock unless given
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ()  # https://app.example, comma-separated
    rate_limits: dict[RateClass, Policy] = Field(default_factory=dict)  # {"auth": "60/60"}: requests/seconds; the rest as documented
    rate_limits_enabled: bool = True  # off for measurements only
    trusted_proxies: int = Field(default=0, ge=0)  # how many proxies in front of us add to X-Forwarded-For
    body_limit: int = Field(default=256 * 1024, ge=1024)  # bytes
    webhook_body_limit: int = Field(default=1024 * 1024, ge=1024)  # bytes
    strangers_at_once: int = Field(default=10, ge=1)  # under way in each replica: logins from unknown devices, sign-ups
    rpc_timeout_s: float = Field(default=10.0, gt=0)
    redis_timeout_s: float = Field(default=TIMEOUT_S, gt=0)  # then a request goes on without Redis
    presence_ttl_s: float = Field(default=45.0, gt=0)  # after how long a crashed replica's people count as away
    stop_timeout_s: float = Field(default=20.0, gt=0)  # what is in flight may take this long after SIGTERM
    stall_threshold_s: float = Field(default=0.5, gt=0)  # an event loop that does not run for so long is reported
    log_format: Literal["json", "console", "auto"] = "auto"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    otlp_endpoint: str | None = None  # an OTLP/HTTP collector; no spans leave unless given

    @field_validator("rate_limits", mode="before")
    @classmethod
    def _policies(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: Policy.parse(policy) if isinstance(policy, str) else policy for name, policy in value.items()}

    def policy(self, rate_class: RateClass) -> Policy:
        return self.rate_limits.get(rate_class, _DEFAULT_LIMITS[rate_class])
