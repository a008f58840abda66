"""An RPC client that answers every request with a sample, unless told otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chassis.context import Client
from contracts.base import Request, View
from contracts.errors import Kind, Problem, ProblemError
from gateway_fakes.samples import view

Answer = TypeVar("Answer", bound=View)
_Answering = View | Problem | Callable[[Any], View | Awaitable[View]]


@dataclass(frozen=True)
class Asked:
    """A call that reached the services."""

    request: Request[Any]
    token: str | None
    idempotency_key: str | None
    timeout: float
    request_id: str | None
    client: Client | None = None
    to: str | None = None


@dataclass
class FakeRpc:
    """`answers`: by request class, a view, a problem, or a function of the request."""

    answers: dict[type[Request[Any]], _Answering] = field(default_factory=dict)
    calls: list[Asked] = field(default_factory=list)
    connected: bool = True

    async def call(
        self,
        request: Request[Answer],
        *,
        token: str | None = None,
        idempotency_key: str | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 - the signature of the client it stands for
        request_id: str | None = None,
        client: Client | None = None,
        to: str | None = None,
    ) -> Answer:
        self.calls.append(Asked(request, token, idempotency_key, timeout, request_id, client, to))
        answer: Any = self.answers.get(type(request)) or view(request.answer)
        if callable(answer):
            answer = answer(request)
        if asyncio.iscoroutine(answer):
            answer = await answer
        if isinstance(answer, Problem):
            raise ProblemError(answer)
        return answer  # type: ignore[no-any-return]

    def of(self, kind: type[Request[Any]]) -> list[Asked]:
        return [call for call in self.calls if isinstance(call.request, kind)]


def problem(kind: Kind, code: str, detail: str = "No.") -> Problem:
    return Problem(kind=kind, code=code, detail=detail)
