"""Asking every service about dead letters: each answers for its own, and one that is away takes nothing from the others."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import NoReturn, TypeVar, cast

from chassis.rpc_client import InternalError
from contracts.admin.queries import DEAD_LETTERS, ListDeadLetters
from contracts.admin.views import DeadLetterListView
from contracts.base import Request, View
from contracts.catalogue import SERVICES
from contracts.errors import Kind, ProblemError

Answer = TypeVar("Answer", bound=View)
LIST_PATIENCE_S = 3.0  # how long a list waits for a service that is away


def desk_of(service: str) -> str:
    """The nameko service that answers for a service's dead letters."""
    return f"{service}.{DEAD_LETTERS}"


async def ask_services(request: Request[Answer], ask: Callable[[str], Awaitable[Answer]], services: Iterable[str] = SERVICES) -> Answer:
    """The lists of all, merged, with the names of who is away; of any other request the answer of the one that owns what it names.

    `ask` puts the request to a nameko service.

    Raises:
        ProblemError: refused; not found anywhere; or not found where it was asked, while a service is away that may have it.
        InternalError: no service answered, and one failed.
    """
    asked = list(services)
    outcomes = await asyncio.gather(*(ask(desk_of(service)) for service in asked), return_exceptions=True)
    answers = [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]
    failures = {service: outcome for service, outcome in zip(asked, outcomes, strict=True) if isinstance(outcome, BaseException)}
    for failure in failures.values():
        if not isinstance(failure, ProblemError | InternalError):
            raise failure
    if not isinstance(request, ListDeadLetters):
        if not answers:
            _raise(failures.values())
        return answers[0]
    refusals = [failure for failure in failures.values() if not _away(failure)]  # who may not ask one may ask none
    if refusals or not answers:
        _raise(refusals or failures.values())
    return cast(Answer, _merged(cast(list[DeadLetterListView], answers), request.limit, tuple(failures)))


def _merged(lists: list[DeadLetterListView], limit: int, away: tuple[str, ...]) -> DeadLetterListView:
    """One page: ids are in the order of time whichever service made them, so one cursor serves all."""
    items = sorted((item for one in lists for item in one.items), key=lambda item: item.id)
    more = len(items) > limit or any(one.next_cursor for one in lists)
    shown = tuple(items[:limit])
    return DeadLetterListView(items=shown, next_cursor=shown[-1].id if more and shown else None, degraded=away)


def _away(failure: BaseException) -> bool:
    return isinstance(failure, InternalError) or (isinstance(failure, ProblemError) and failure.problem.kind is Kind.UNAVAILABLE)


def _raise(failures: Iterable[BaseException]) -> NoReturn:
    """The failure that says most: a refusal, else that a service is away, else that there is no such thing."""

    def weight(failure: BaseException) -> int:
        if _away(failure):
            return 1
        return 2 if isinstance(failure, ProblemError) and failure.problem.kind is Kind.NOT_FOUND else 0

    raise min(failures, key=weight)
