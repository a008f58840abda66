"""The core journey from registration to reviews, and that its books balance."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pymongo

from local_platform.market.client import wait_for
from local_platform.market.journey import Journey
from local_platform.platform import Platform


async def test_the_core_journey_ends_with_everybody_paid_reviewed_and_told_once(journey: Journey, platform: Platform) -> None:
    await journey.walk()
    await the_sandbox_moved_the_same_money(journey)
    journals_sum_to_zero(platform)


async def the_sandbox_moved_the_same_money(journey: Journey) -> None:
    charges = await journey.market.sandbox("/_sandbox/stripe/charges")
    escrow = await journey.challenger.get(f"/v1/challenges/{journey.challenge_id}/escrow")
    paid = [charge["amount"] for charge in charges["items"] if charge["metadata"].get("escrow_id") == escrow["id"] and charge["paid"]]
    assert paid == [100000]


def journals_sum_to_zero(platform: Platform) -> None:
    """What the ledger's journals add up to is what its balances say, in each currency nothing came from nowhere."""
    derived: dict[str, int] = defaultdict(int)
    with pymongo.MongoClient[dict[str, Any]](platform.infrastructure.mongo_url) as client:
        for journal in client["payments"]["journals"].find():
            for move in journal["moves"]:
                derived[move["source"]] -= move["amount"]
                derived[move["destination"]] += move["amount"]
        kept = {row["_id"]: row["amount"] for row in client["payments"]["balances"].find()}
    assert derived
    assert {account: amount for account, amount in derived.items() if amount} == {key: amount for key, amount in kept.items() if amount}
    totals: dict[str, int] = defaultdict(int)
    for account, amount in derived.items():
        totals[account.rsplit(":", 1)[1]] += amount
    assert set(totals.values()) == {0}


async def test_a_challenge_is_edited_until_the_first_application(journey: Journey, walk_until) -> None:
    await walk_until(journey, "two_apply")
    path = f"/v1/challenges/{journey.challenge_id}"
    edited = await journey.challenger.request("PATCH", path, {"description": "Now with weather data."}, expect=200)
    assert edited.body["version"] > journey.challenge["version"]
    await journey.two_apply()
    refused = await journey.challenger.request("PATCH", path, {"description": "Too late."}, expect=409)
    assert refused.code == "challenges.challenge.has_applications"
    assert (await journey.challenger.get(path))["description"] == edited.body["description"]


async def test_a_lost_update_is_refused(journey: Journey, walk_until) -> None:
    await walk_until(journey, "solver_finds_it")
    path = f"/v1/challenges/{journey.challenge_id}"
    first = await journey.challenger.request("GET", path)
    etag = {"If-Match": first.headers["ETag"]}
    await journey.challenger.request("PATCH", path, {"title": "A better title"}, expect=200, headers=etag)
    assert (await journey.challenger.request("PATCH", path, {"title": "An older title"}, headers=etag)).status == 412
    unchanged = await journey.challenger.request("GET", path)
    assert unchanged.body["title"] == "A better title"
    assert (await journey.challenger.request("GET", path, headers={"If-None-Match": unchanged.headers["ETag"]})).status == 304


async def test_a_plan_is_seen_by_the_services_that_it_entitles_at(journey: Journey, walk_until) -> None:
    """The solver subscribes, and is marked among the matches: payments tells, matching heeds, nothing else changes."""
    await walk_until(journey, "two_apply")
    path, solver = f"/v1/challenges/{journey.challenge_id}/matches?limit=50", journey.solver

    async def match() -> dict[str, Any]:
        items = (await journey.challenger.get(path))["items"]
        return next((item for item in items if item["user_id"] == solver.id), {})

    before = await wait_for(match, "the solver among the matches", within=60 + journey.market.patience)
    assert before["featured"] is False
    method = (await solver.post("/v1/payment-methods", {"payment_method": "pm_card_visa"}, expect=201)).body["id"]
    await solver.post("/v1/subscriptions", {"plan_id": "expert-plus-monthly", "payment_method": method}, expect=201)
    assert "profile.featured" in (await solver.get("/v1/entitlements"))["entitlements"]

    async def featured() -> bool:
        return bool((await match())["featured"])

    await wait_for(featured, "the mark among the matches", within=60 + journey.market.patience)
    assert {name: value for name, value in (await match()).items() if name != "featured"} == {
        name: value for name, value in before.items() if name != "featured"
    }


async def test_accepting_two_applicants_at_once_has_one_winner(journey: Journey, walk_until, at_once) -> None:
    await walk_until(journey, "one_is_accepted")
    for application in journey.applications.values():  # from a version that never was
        path = f"/v1/applications/{application}/accept"
        refused = await journey.challenger.request("POST", path, {}, headers={"If-Match": '"99"'}, expect=412)
        assert refused.code == "challenges.application.stale"
    accept = [journey.challenger.post(f"/v1/applications/{application}/accept") for application in journey.applications.values()]
    answers = await at_once(*accept)
    assert sorted(answer.status for answer in answers) == [200, 409]
    rows = (await journey.challenger.get(f"/v1/challenges/{journey.challenge_id}/applications"))["items"]
    assert sorted(row["status"] for row in rows) == ["accepted", "rejected"]


async def test_funding_twenty_times_at_once_with_one_key_charges_once(journey: Journey, walk_until, at_once) -> None:
    await walk_until(journey, "escrow_is_funded")
    path = await journey.escrow_opens()
    body = {"payment_method": "pm_card_visa"}
    answers = await at_once(*(journey.challenger.post(path, body, key="twenty-at-once") for _ in range(20)))
    assert {answer.status for answer in answers} <= {200, 201}
    assert len({str(answer.body) for answer in answers}) == 1
    assert answers[0].body["held"] == {"amount_minor": 100000, "currency": "EUR"}
    await the_sandbox_moved_the_same_money(journey)
    other_body = await journey.challenger.post(path, {"payment_method": "pm_card_mastercard"}, key="twenty-at-once")
    assert other_body.status == 422
    again = await journey.challenger.post(path, body)
    assert (again.status, again.code) == (409, "payments.milestone.already_funded")
    await the_sandbox_moved_the_same_money(journey)


async def test_a_declined_card_leaves_the_milestones_unfunded(journey: Journey, walk_until) -> None:
    await walk_until(journey, "escrow_is_funded")
    path = await journey.escrow_opens()
    declined = await journey.challenger.post(path, {"payment_method": "pm_card_chargeDeclined"})
    assert 400 <= declined.status < 500
    assert declined.code is not None
    assert declined.code.startswith("payments.")
    assert (await journey.challenger.get(path))["held"]["amount_minor"] == 0
    await journey.eventually_told(journey.challenger, "funding_failed", 1)
    await journey.escrow_is_funded()


async def test_a_refresh_token_works_once_and_its_reuse_ends_the_session(journey: Journey) -> None:
    solver = await journey.market.join("Rita", "solver")
    stolen = solver.refresh_token
    renewed = await solver.post("/v1/auth/refresh", {"refresh_token": stolen}, expect=200)
    renewed = await solver.post("/v1/auth/refresh", {"refresh_token": renewed.body["refresh_token"]}, expect=200)
    assert (await solver.post("/v1/auth/refresh", {"refresh_token": stolen})).status == 401
    assert (await solver.post("/v1/auth/refresh", {"refresh_token": renewed.body["refresh_token"]})).status == 401
