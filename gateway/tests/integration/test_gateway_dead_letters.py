"""Dead letters through the gateway: every service is asked, and what is missing is told."""

from __future__ import annotations

import asyncio
from typing import Any

from gateway_fakes.samples import view

from chassis.ids import new_id
from contracts.admin.queries import ListDeadLetters
from contracts.admin.views import DeadLetterDetailView, DeadLetterListView, DeadLetterView
from contracts.base import Request, View
from contracts.catalogue import SERVICES
from contracts.errors import Kind, Problem, ProblemError

NOT_FOUND = Problem(kind=Kind.NOT_FOUND, code="chassis.dead_letter.not_found", detail="There is no such dead letter.")
FORBIDDEN = Problem(kind=Kind.FORBIDDEN, code="chassis.role.admin_required", detail="Only administrators may do this.")
AWAY = Problem(kind=Kind.UNAVAILABLE, code="x.unavailable", detail="Away.", retry_after_s=1)


class Services:
    """What each service answers, by its name; the others know of nothing."""

    def __init__(self, gateway: Any, **answers: Any) -> None:
        self.asked: list[str] = []
        self._answers = answers
        gateway.rpc.call = self.call

    async def call(self, request: Request[Any], *, to: str | None = None, **_: Any) -> View:
        assert to is not None
        service = to.removesuffix(".dead_letters")
        self.asked.append(service)
        await asyncio.sleep(0)
        answer = self._answers.get(service, DeadLetterListView(items=()) if isinstance(request, ListDeadLetters) else NOT_FOUND)
        if isinstance(answer, Problem):
            raise ProblemError(answer)
        return answer


def letter(number: int) -> DeadLetterView:
    return view(DeadLetterView, id=f"letter_{number:026d}")


async def listed(gateway: Any, token: str, **params: str) -> Any:
    return await gateway.ask("GET", "/v1/admin/dead-letters", token=token, params=params)


async def test_lists_are_merged_the_oldest_first_and_go_on_by_one_cursor(gateway: Any, token: str) -> None:
    one, two = (
        DeadLetterListView(items=(letter(1), letter(4)), next_cursor=letter(4).id),
        DeadLetterListView(items=(letter(2), letter(3))),
    )
    services = Services(gateway, payments=one, matching=two)
    answer = await listed(gateway, token, limit="3")
    assert answer.status == 200
    assert [item["id"] for item in answer.json["items"]] == [letter(number).id for number in (1, 2, 3)]
    assert (answer.json["next_cursor"], answer.json["degraded"]) == (letter(3).id, [])
    assert sorted(services.asked) == sorted(SERVICES)


async def test_the_last_page_has_no_cursor(gateway: Any, token: str) -> None:
    Services(gateway, payments=DeadLetterListView(items=(letter(1),)))
    assert (await listed(gateway, token)).json["next_cursor"] is None


async def test_a_service_that_is_away_is_named(gateway: Any, token: str) -> None:
    Services(gateway, payments=DeadLetterListView(items=(letter(1),)), messaging=AWAY)
    answer = await listed(gateway, token)
    assert (answer.status, len(answer.json["items"]), answer.json["degraded"]) == (200, 1, ["messaging"])


async def test_without_any_service_there_is_no_answer(gateway: Any, token: str) -> None:
    Services(gateway, **dict.fromkeys(SERVICES, AWAY))
    assert (await listed(gateway, token)).status == 503


async def test_who_may_not_see_them_is_told_of_none(gateway: Any, token: str) -> None:
    Services(gateway, **{**dict.fromkeys(SERVICES, NOT_FOUND), "messaging": AWAY})
    assert (await listed(gateway, token)).status == 404


async def test_a_letter_is_found_wherever_it_is(gateway: Any, token: str) -> None:
    letter_id = new_id("letter")
    path = f"/v1/admin/dead-letters/{letter_id}"
    Services(gateway, matching=view(DeadLetterDetailView, id=letter_id), messaging=AWAY)
    found = await gateway.ask("GET", path, token=token)
    assert (found.status, found.json["id"]) == (200, letter_id)
    Services(gateway)
    assert (await gateway.ask("GET", path, token=token)).status == 404
    Services(gateway, messaging=AWAY)
    assert (await gateway.ask("GET", path, token=token)).status == 503, "it may be there"
    Services(gateway, payments=FORBIDDEN, messaging=AWAY)
    assert (await gateway.ask("GET", path, token=token)).status == 403


async def test_a_letter_is_discarded_for_a_reason_alone(gateway: Any, token: str) -> None:
    services = Services(gateway)
    path = f"/v1/admin/dead-letters/{new_id('letter')}/discard"
    answer = await gateway.ask("POST", path, token=token, json={})
    assert (answer.status, answer.json["errors"]) == (422, [{"pointer": "/reason", "detail": "is required"}])
    assert services.asked == []
