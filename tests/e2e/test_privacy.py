"""What a person may not see does not exist for them: 404 over HTTP, not_found over the socket, absent from lists and search."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from local_platform.market.client import Market, Person, wait_for
from local_platform.market.journey import Journey


async def private_challenge(owner: Person, invited: list[str]) -> dict[str, Any]:
    draft = {
        "title": "Secret zeppelin engine",
        "description": "Nobody outside may read of the zeppelin.",
        "category": "engineering",
        "difficulty": "expert",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 5000, "currency": "EUR"}},
        "deadline": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
        "visibility": "private",
        "invited_user_ids": invited,
    }
    created = (await owner.post("/v1/challenges", draft, expect=201)).body
    return dict((await owner.post(f"/v1/challenges/{created['id']}/publish", expect=200)).body)


async def test_a_private_challenge_exists_for_the_invited_alone(market: Market) -> None:
    owner, invited, outsider = (
        await market.join("Olaf", "challenger"),
        await market.join("Ines", "solver", skills=["zeppelins"]),
        await market.join("Udo", "solver", skills=["zeppelins"]),
    )
    challenge = await private_challenge(owner, [invited.id])
    path = f"/v1/challenges/{challenge['id']}"

    async def found() -> bool:
        return any(hit["id"] == challenge["id"] for hit in (await invited.get("/v1/challenges?q=zeppelin"))["items"])

    await wait_for(found, "the invited to find it")

    async def searched() -> Any:
        page = await outsider.get("/v1/challenges?q=zeppelin")
        assert page["items"] == [], "nor while the search is away"
        return None if page.get("degraded") else page

    hits = await wait_for(searched, "an answer of the search itself")
    assert (hits["items"], hits["total"]) == ([], 0)
    assert (hits["categories"], hits["difficulties"]) == ([], [])
    assert (await invited.get("/v1/search/autocomplete?q=zepp"))["items"] == [challenge["title"]]
    assert (await outsider.get("/v1/search/autocomplete?q=zepp"))["items"] == []
    assert challenge["id"] not in str(await outsider.get("/v1/challenges?limit=100"))
    assert [item["id"] for item in (await invited.get("/v1/challenges?invited=true"))["items"]] == [challenge["id"]]
    assert (await outsider.get("/v1/challenges?invited=true"))["items"] == []
    assert challenge["id"] not in str(await outsider.get("/v1/matches?limit=50"))

    assert (await invited.get(path))["invited_user_ids"] == []
    body = {"proposal": "Let me", "timeline_days": 3, "budget": {"amount_minor": 5000, "currency": "EUR"}}
    for answer in (
        await outsider.request("GET", path),
        await outsider.request("GET", f"{path}/applications"),
        await outsider.request("GET", f"{path}/submissions"),
        await outsider.request("GET", f"{path}/reviews"),
        await outsider.request("GET", f"{path}/matches"),
        await outsider.request("GET", f"{path}/escrow"),
        await outsider.post(f"{path}/applications", body),
        await outsider.post(f"{path}/escrow", {"payment_method": "pm_card_visa"}),
        await outsider.post(f"{path}/publish"),
        await outsider.request("PATCH", path, {"title": "Mine now"}),
        await outsider.request("DELETE", path),
    ):
        assert answer.status == 404, answer
        assert "zeppelin" not in str(answer.body).lower()
    unknown = await outsider.request("GET", path[:-5] + "00000")
    known = await outsider.request("GET", path)
    assert {key: unknown.body[key] for key in ("status", "code", "title", "detail")} == {
        key: known.body[key] for key in ("status", "code", "title", "detail")
    }
    application = (await invited.post(f"{path}/applications", body, expect=201)).body
    assert (await outsider.request("GET", f"/v1/applications/{application['id']}")).status == 404
    assert (await outsider.post(f"/v1/applications/{application['id']}/accept")).status == 404


async def test_an_outsider_cannot_read_money_or_chat_of_others(journey: Journey, walk_until) -> None:
    await walk_until(journey, "first_milestone")
    outsider = journey.other
    escrow = await journey.challenger.get(f"/v1/challenges/{journey.challenge_id}/escrow")
    await outsider.connect()
    for path in (
        f"/v1/challenges/{journey.challenge_id}/escrow",
        f"/v1/escrows/{escrow['id']}",
        f"/v1/conversations/{journey.conversation}",
        f"/v1/conversations/{journey.conversation}/messages",
        f"/v1/challenges/{journey.challenge_id}/matches",
    ):
        assert (await outsider.request("GET", path)).status == 404, path
    for path, body in (
        (f"/v1/escrows/{escrow['id']}/release", {"milestone_id": escrow["milestones"][0]["id"]}),
        (f"/v1/escrows/{escrow['id']}/refund", {"milestone_id": escrow["milestones"][0]["id"], "reason": "mine"}),
        (f"/v1/conversations/{journey.conversation}/messages", {"client_message_id": "x", "text": "hello"}),
    ):
        assert (await outsider.post(path, body)).status == 404, path
    # The challenge itself is public, so here it is no secret that there is something to be refused.
    assert (await outsider.post(f"/v1/challenges/{journey.challenge_id}/submissions", {"notes": "mine"})).status == 403
    joined = await outsider.emit("conversation.join", {"conversation_id": journey.conversation, "after_seq": 0})
    assert (joined["ok"], joined["problem"]["status"]) == (False, 404)
    sent = await outsider.emit("message.send", {"conversation_id": journey.conversation, "client_message_id": "x", "text": "hello"})
    assert (sent["ok"], sent["problem"]["status"]) == (False, 404)
    await journey.solver.emit(
        "message.send", {"conversation_id": journey.conversation, "client_message_id": "secret", "text": "between us"}
    )

    async def arrived() -> bool:
        return "between us" in str(journey.challenger.received)

    await wait_for(arrived, "the message on the challenger's screen")
    assert "between us" not in str(outsider.received)
    assert (await outsider.get("/v1/conversations"))["items"] == []


async def test_an_idempotency_key_is_its_owners_alone(market: Market) -> None:
    owner, other = await market.join("Kay", "challenger"), await market.join("Lee", "challenger")
    draft = {
        "title": "The same words",
        "description": "And the same key.",
        "category": "other",
        "difficulty": "beginner",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 1, "currency": "EUR"}},
        "deadline": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
    }
    mine = (await owner.post("/v1/challenges", draft, expect=201, key="one-key")).body
    theirs = await other.post("/v1/challenges", draft, expect=201, key="one-key")
    again = await owner.post("/v1/challenges", draft, expect=201, key="one-key")
    assert theirs.body["id"] != mine["id"]
    assert theirs.body["challenger_id"] == other.id
    assert "Idempotent-Replayed" not in theirs.headers
    assert again.body == mine


async def test_a_socket_that_says_goodbye_by_hand_still_ends_with_its_session(market: Market) -> None:
    person = await market.join("Mia", "solver")
    await person.connect()
    await person.emit("disconnect", {})
    await person.post("/v1/auth/logout", {"refresh_token": person.refresh_token}, expect=204)

    async def told() -> list[str]:
        return [data["reason"] for data in person.heard("session.revoked")]

    # By the event, or by the gateway's own look at what still lives, whichever is first.
    assert await wait_for(told, "the end of the session on the socket") in (["logged_out"], ["revoked"])


async def test_a_draft_is_seen_by_its_owner_alone(market: Market) -> None:
    owner, other = await market.join("Dora", "challenger"), await market.join("Emil", "solver")
    draft = {
        "title": "Only a draft",
        "description": "Not yet.",
        "category": "other",
        "difficulty": "beginner",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 1, "currency": "EUR"}},
        "deadline": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
    }
    created = (await owner.post("/v1/challenges", draft, expect=201)).body
    assert (await other.request("GET", f"/v1/challenges/{created['id']}")).status == 404
    assert (await market.send("GET", f"/v1/challenges/{created['id']}")).status == 404
    await owner.request("DELETE", f"/v1/challenges/{created['id']}", expect=204)
    assert (await owner.request("GET", f"/v1/challenges/{created['id']}")).status == 404
