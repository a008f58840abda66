"""What challenges is told by its environment."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Variables begin with CHALLENGES_."""

    model_config = SettingsConfigDict(env_prefix="CHALLENGES_", frozen=True)

    max_pending_applications: int = Field(default=20, ge=1)  # one person's claims that wait for a decision at one time
    entitled_pending_applications: int = Field(default=100, ge=1)  # the same for whose plan entitles to `applications.more`
    # How long after its deadline a challenger may choose among those who applied in time; then the challenge ends by itself.
    decision_window: timedelta = Field(default=timedelta(days=30), ge=timedelta(), le=timedelta(days=3650))
    review_window: timedelta = timedelta(days=14)  # reviews are written, and stay hidden, at most this long (ISO 8601 or seconds)
