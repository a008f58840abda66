"""The sandbox's settings, read from SANDBOX_… in the environment."""

from pathlib import Path

from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Where the sandbox listens, keeps its state and sends webhooks; and how fast its money moves (sandbox-clock seconds)."""

    model_config = SettingsConfigDict(env_prefix="SANDBOX_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8090
    data: Path | None = None  # a folder; without one the state lives in memory and ends with the process
    public_url: str | None = None  # how a browser reaches this program; default: host and port
    webhook_url: str | None = None
    webhook_secret: str = "whsec_sandbox"  # noqa: S105 - a well-known value: this program holds nobody's money
    s3_bucket: str = "openchance"
    s3_access_key: str = "sandbox"
    s3_secret_key: str = "sandbox-secret"  # noqa: S105 - as above
    settlement_seconds: int = 0  # from a charge until its money is available (Stripe: two days or more)
    debit_seconds: int = 0  # from a bank debit until the bank says whether it paid (Stripe: up to 14 days)
    payout_seconds: int = 0  # from a payout until it arrives at the bank

    @property
    def base_url(self) -> str:
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")
