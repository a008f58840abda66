"""What matching is told by its environment."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Variables begin with MATCHING_."""

    model_config = SettingsConfigDict(env_prefix="MATCHING_", frozen=True)

    personal_data_keys: SecretStr
    openai_api_key: SecretStr | None = None  # with a key OpenAI embeds; without one the local model does
    openai_api_base: str | None = None
    openai_model: str = "text-embedding-3-small"
    tell_at_most: int = Field(default=5, ge=0)  # how many solvers are told of a new challenge
    tell_from_score: float = Field(default=0.45, ge=0, le=1)
