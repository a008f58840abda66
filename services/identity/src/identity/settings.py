"""What identity is told by its environment."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Variables begin with IDENTITY_."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True)

    signing_key: SecretStr  # private Ed25519 JWK as JSON; its public half stands in every service's PRINCIPAL_JWKS
    password_hashes_at_once: int = Field(default=2, ge=1)  # each takes a core for about 50 ms and 19 MiB
    # How long, in seconds, a traded refresh token still gets its unused successor: 0 treats every second use as theft.
    refresh_repeat_s: float = Field(default=0, ge=0, le=60)
