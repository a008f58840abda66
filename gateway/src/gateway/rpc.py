"""The services, as the gateway sees them: a typed request in, a typed view out."""

from __future__ import annotations

from typing import Protocol, TypeVar

from chassis.context import Client
from contracts.base import Request, View

Answer = TypeVar("Answer", bound=View)


class Rpc(Protocol):
    """`chassis.rpc_client.RpcClient`, as far as it is needed here."""

    @property
    def connected(self) -> bool:
        """Whether the broker is there."""
        ...

    async def call(
        self,
        request: Request[Answer],
        *,
        token: str | None = None,
        idempotency_key: str | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 - it travels with the call as its deadline
        request_id: str | None = None,
        client: Client | None = None,
        to: str | None = None,
    ) -> Answer:
        """The answer of the service that owns the request, or of `to` where several answer it.

        Raises:
            contracts.errors.ProblemError: the service refused, or did not answer in time.
        """
        ...
