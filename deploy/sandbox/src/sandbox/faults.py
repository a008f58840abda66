"""Faults on order: the next calls to a provider are refused, slowed down, or done and then left unanswered."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator

PROVIDERS = ("stripe", "sendgrid", "twilio", "s3")


class FaultOrder(BaseModel):
    """`status` alone refuses before anything is done; with `after` it is done first. `after` without a status drops the connection."""

    model_config = ConfigDict(extra="forbid")

    provider: str = Field(pattern=f"^({'|'.join(PROVIDERS)})$")
    status: int | None = Field(default=None, ge=400, le=599)
    count: int = Field(default=1, ge=1, le=100_000)
    delay_ms: int = Field(default=0, ge=0, le=600_000)
    after: bool = False
    retry_after_s: int | None = Field(default=None, ge=0, le=86_400)  # the Retry-After header of a 429
    path: str = ""  # only calls whose path contains this
    method: str | None = Field(default=None, pattern="^(GET|POST|PUT|DELETE)$")

    @model_validator(mode="after")
    def _does_something(self) -> "FaultOrder":
        if self.status is None and not self.after and not self.delay_ms:
            raise ValueError("give a status, a delay_ms, or after: true")
        return self


@dataclass
class _Pending:
    order: FaultOrder
    left: int


class Faults:
    """Orders wait in line; each call takes at most one. They are a test's instrument and end with the process."""

    def __init__(self) -> None:
        self._pending: list[_Pending] = []

    def add(self, order: FaultOrder) -> None:
        self._pending.append(_Pending(order, order.count))

    def clear(self) -> None:
        self._pending.clear()

    def pending(self) -> list[dict[str, object]]:
        return [waiting.order.model_dump() | {"left": waiting.left} for waiting in self._pending]

    def take(self, provider: str, method: str, path: str) -> FaultOrder | None:
        for waiting in self._pending:
            order = waiting.order
            if order.provider == provider and order.path in path and order.method in (None, method):
                waiting.left -= 1
                if waiting.left == 0:
                    self._pending.remove(waiting)
                return order
        return None
