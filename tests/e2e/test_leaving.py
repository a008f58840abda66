"""Who leaves is gone: from every database, the search, the cache, the store and the logs; and no old event brings them back."""

from __future__ import annotations

import asyncio
import io
import secrets
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

from PIL import Image, PngImagePlugin
from uploading import document, upload
from whereabouts import places, published_events, replay, stored_objects, unhandled

from local_platform.market.client import PASSWORD, Market, Person, wait_for
from local_platform.market.journey import Journey
from local_platform.platform import Platform

# Invoices and receipts keep the names that tax law wants on them, and nothing else does: docs/security/retention.md
KEPT_BY_LAW = "payments.accounting_documents "

# What these handlers do with old events could bring somebody back.
WOULD_RESURRECT = {
    "notifications.on_user_registered",
    "notifications.on_email_verified",
    "notifications.on_profile_updated",
    "matching.on_user_registered",
    "matching.on_profile_updated",
    "matching.on_challenge_published",
    "matching.on_challenge_updated",
    "messaging.on_application_accepted",
    "payments.on_application_accepted",
}


def picture(marker: str) -> bytes:
    """A PNG that says more than it shows."""
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", marker)
    output = io.BytesIO()
    Image.new("RGB", (64, 48), "teal").save(output, "PNG", pnginfo=told)
    return output.getvalue()


async def shows_everything(person: Person, marker: str) -> None:
    """Plant the marker in every field and file that a person has of their own."""
    profile = {
        "display_name": f"Name {marker}",
        "headline": f"Headline {marker}",
        "bio": f"Bio {marker}",
        "skills": [f"skill {marker}"],
        "links": [f"https://{marker}.example/"],
    }
    await person.request("PATCH", "/v1/me", profile, expect=200)
    await upload(person, "avatar", "image/png", picture(marker), f"{marker}.png")
    await upload(person, "resume", "application/pdf", document(marker), f"{marker}.pdf")
    image = await upload(person, "portfolio_image", "image/png", picture(marker), f"{marker}.png")
    item = {"title": f"Work {marker}", "text": f"Text {marker}", "link": f"https://{marker}.example/work", "image_id": image["id"]}
    await person.post("/v1/me/portfolio", item, expect=201)
    window = {"weekday": "monday", "since": "09:00", "until": "12:00"}
    expert = {"industries": [f"Industry {marker}"], "hourly_rate": {"amount_minor": 9000, "currency": "EUR"}}
    await person.request("PUT", "/v1/me/expert-profile", {**expert, "time_zone": "Europe/Berlin", "availability": [window]}, expect=200)


async def publishes(owner: Person, description: str) -> str:
    draft = {
        "title": "A bridge over the valley",
        "description": description,
        "category": "engineering",
        "difficulty": "expert",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 5000, "currency": "EUR"}},
        "deadline": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
    }
    created = (await owner.post("/v1/challenges", draft, expect=201)).body
    await owner.post(f"/v1/challenges/{created['id']}/publish", expect=200)
    return str(created["id"])


async def exported(person: Person) -> dict[str, bytes]:
    """The copy of their data, opened."""
    await person.post("/v1/me/export", expect=202)
    again = await person.post("/v1/me/export")
    assert again.status == 202 or again.code == "identity.export.running", "the first may have been quick"

    async def ready() -> Any:
        export = await person.get("/v1/me/export")
        return export if export["status"] == "ready" else None

    export = await wait_for(ready, "the copy of the data", within=60)
    async with person.market.http.get(export["url"]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        with zipfile.ZipFile(io.BytesIO(await answer.read())) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


async def leaves(person: Person) -> str:
    started = (await person.post("/v1/me/deletion", expect=202)).body

    async def out() -> bool:
        return (await person.request("GET", "/v1/me")).status == 401

    assert (await person.request("GET", "/v1/me")).status in (401, 404)
    await wait_for(out, "every service to refuse the session", within=30)
    login = await person.market.send("POST", "/v1/auth/login", json={"email": person.email, "password": PASSWORD})
    assert (login.status, login.code) == (401, "identity.credentials.invalid")
    return str(started["certificate_token"])


async def certificate(market: Market, token: str) -> dict[str, Any]:
    return dict((await market.send("POST", "/v1/deletions/status", json={"certificate_token": token})).body)


async def test_who_leaves_is_gone_and_stays_gone(platform: Platform, market: Market, journey: Journey, walk_until) -> None:
    before = stored_objects(platform)
    await walk_until(journey, "second_milestone")
    sam, carla = journey.solver, journey.challenger
    refused = await sam.post("/v1/me/deletion")
    assert (refused.status, refused.code) == (409, "identity.deletion.obligations")
    owed = {error["detail"].split()[0] for error in refused.body["errors"]}
    assert {"held_escrow", "running_engagement"} <= owed
    for step in (journey.second_milestone, journey.payout):
        await step()

    marker, other = f"m{secrets.token_hex(8)}", f"m{secrets.token_hex(8)}"
    await shows_everything(sam, marker)
    vera = await market.join(f"Vera {other}", "challenger")
    await shows_everything(vera, other)
    await publishes(vera, f"Described {other}.")
    open_challenge = await publishes(carla, "Somebody else's words.")
    proposal = {"proposal": f"I am {marker}", "timeline_days": 3, "budget": {"amount_minor": 5000, "currency": "EUR"}}
    await sam.post(f"/v1/challenges/{open_challenge}/applications", proposal, expect=201)
    text = {"client_message_id": "bye", "text": f"Call me at {marker}"}
    await sam.post(f"/v1/conversations/{journey.conversation}/messages", text, expect=201)
    await sam.post(f"/v1/challenges/{journey.challenge_id}/reviews", {"rating": 4, "text": f"Signed {marker}"}, expect=201)
    assert await sam.get(f"/v1/challenges?q={other}") is not None
    public = (await market.send("GET", f"/v1/users/{sam.id}")).body
    assert marker in str(public["portfolio"])
    async with market.http.get(public["avatar_url"]) as answer:
        assert (answer.status, answer.content_type) == (200, "image/webp")
        assert marker.encode() not in await answer.read()

    copy = await exported(sam)
    for service in ("identity", "challenges", "messaging", "matching", "notifications"):
        assert marker in copy[f"{service}.json"].decode(), service
    assert any(marker.encode() in data for name, data in copy.items() if name.endswith(".pdf"))
    assert {place.split(".")[0] for place in places(platform, marker)} >= {"challenges", "messaging", "matching"}

    events = published_events(platform)
    notifications = platform.processes["notifications"]
    notifications.stop()
    tokens = [await leaves(sam), await leaves(vera)]

    async def others_confirmed() -> bool:
        return [(await certificate(market, token))["waits_for"] for token in tokens] == [["notifications"]] * 2

    await wait_for(others_confirmed, "the services that are up", within=90)
    notifications.start()

    async def completed() -> bool:
        return {(await certificate(market, token))["status"] for token in tokens} == {"completed"}

    await wait_for(completed, "the last confirmation", within=90)
    shown = await certificate(market, tokens[0])
    assert {one["service"] for one in shown["confirmations"]} == {
        "identity", "challenges", "payments", "messaging", "matching", "notifications",
    }  # fmt: skip

    async def left() -> list[str]:
        found = [place for each in (marker, other) for place in await asyncio.to_thread(places, platform, each)]
        return [place for place in found if not place.startswith(KEPT_BY_LAW)]

    async def gone() -> bool:
        return await left() == []

    try:
        await wait_for(gone, "all traces to be gone", within=100)
    except AssertionError:
        assert await left() == []
    assert stored_objects(platform) - before == set()

    told_of = [row for row in events if any(person.id.encode() in bytes(row["body"]) for person in (sam, vera))]
    assert {"identity.user_registered.v1", "challenges.challenge_published.v1"} <= {row["type"] for row in told_of}
    replayed = await asyncio.to_thread(replay, platform, told_of)

    async def handled() -> bool:
        return await asyncio.to_thread(unhandled, platform, replayed, WOULD_RESURRECT) == []

    await wait_for(handled, "the old events to be handled again", within=60)
    assert await left() == []
    for person in (sam, vera):
        assert (await market.send("GET", f"/v1/users/{person.id}")).status == 404
    assert (await carla.get(f"/v1/challenges?q={other}"))["items"] == []
    escrow = await carla.get(f"/v1/challenges/{journey.challenge_id}/escrow")
    assert escrow["payee_id"] == sam.id  # the books stay, and name an id that leads nowhere
