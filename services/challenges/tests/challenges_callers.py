"""People who call the running service, and what its outbox says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from challenges_market import new_challenge

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.challenges.commands import PublishChallenge
from contracts.challenges.views import ChallengeView
from contracts.errors import Problem, ProblemError
from local_platform.tokens import TestTokens

Rows = list[dict[str, Any]]
Outbox = Callable[[str], Rows]  # the events of one subject, in their order


class Someone:
    """A person with a token, who calls the service."""

    def __init__(self, rpc: RpcClient, tokens: TestTokens, *roles: str, email_verified: bool = True, lifetime: float = 900.0) -> None:
        self.user_id = new_id("user")
        self._rpc = rpc
        self._token = tokens.issue(self.user_id, roles=roles, email_verified=email_verified, lifetime=lifetime)

    async def ask(self, request: Any, key: str | None = None) -> Any:
        return await self._rpc.call(request, token=self._token, idempotency_key=key, timeout=30.0)

    async def refused(self, request: Any, key: str | None = None) -> Problem:
        with pytest.raises(ProblemError) as refusal:
            await self.ask(request, key)
        return refusal.value.problem


NewPerson = Callable[..., Someone]


def happened(rows: Rows) -> list[str]:
    return [row["type"].removeprefix("challenges.").removesuffix(".v1") for row in rows]


async def open_challenge(challenger: Someone, **content: Any) -> ChallengeView:
    content.setdefault("deadline", datetime.now(UTC) + timedelta(days=30))
    draft = await challenger.ask(new_challenge(**content))
    published: ChallengeView = await challenger.ask(PublishChallenge(challenge_id=draft.id))
    return published
