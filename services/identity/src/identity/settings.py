"""What identity is told by its environment."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode, SettingsConfigDict

from chassis.settings import ServiceSettings


def _listed(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(ServiceSettings):
    """Variables begin with IDENTITY_."""

    model_config = SettingsConfigDict(env_prefix="IDENTITY_", frozen=True)

    # Private Ed25519 JWK as JSON, or a JWK set whose first key signs; the public halves stand in every service's PRINCIPAL_JWKS.
    signing_key: SecretStr
    secrets_key: SecretStr  # 32 random bytes in base64url: encrypts and derives what must be read again; older ones after commas
    personal_data_keys: SecretStr
    seal_events: bool = True  # false while services of 0.1.0 still run: they cannot read what is encrypted
    files_access_key: SecretStr
    files_secret_key: SecretStr
    files_bucket: str = "openchance"
    files_region: str = "us-east-1"
    files_endpoint: str | None = None  # an S3-compatible store; Amazon's own unless given
    files_public_endpoint: str | None = None  # how browsers reach it, where that differs
    password_hashes_at_once: int = Field(default=2, ge=1)  # each takes a core for about 50 ms and 19 MiB
    password_hashes_waiting: int = Field(default=20, ge=0)  # so many strangers, and so many others; more get a 503
    strangers_rest: float = Field(default=2.0, ge=0)  # after a stranger's password, so many times as long as it took: a third of a core
    max_workers: int = Field(default=64, ge=1)  # more than may wait for hashing: who asks for anything else finds one
    attempts_per_address: int = Field(default=60, ge=1)  # failed logins of one address in a quarter of an hour, whatever the accounts
    sign_ups_per_address: int = Field(default=30, ge=1)  # accounts that may be asked for from one address in a quarter of an hour
    rp_id: str = "localhost"  # the domain that passkeys are bound to
    web_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = ("http://localhost:8080",)  # whose pages may use them
    public_url: str = "http://localhost:8080"  # the gateway's: where providers send browsers back to
    # {"google": {"client_id": "…", "client_secret": "…"}}; "issuer" too for any but google, github and linkedin
    providers: SecretStr = SecretStr("{}")
    # How long, in seconds, a traded refresh token still gets its unused successor from the same client: 0 treats every second use as theft.
    refresh_repeat_s: float = Field(default=10, ge=0, le=60)
    dns_url: str = "https://cloudflare-dns.com/dns-query"  # name servers over HTTPS, in JSON: asked when an organisation proves its domain
    sso_private_hosts: bool = False  # whether organisations may name providers outside the public internet: for the sandbox alone
