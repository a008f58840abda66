"""The objects that requests of the authorisation matrix name: one of each kind, all of them other people's."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway_fakes.samples import sample
from uploading import document, upload

from chassis.ids import new_id
from contracts.base import Request
from contracts.identity.roles import Role
from local_platform.market.client import PASSWORD, Market, Person
from local_platform.market.journey import Journey
from local_platform.observing import eventually
from local_platform.tokens import TestTokens

_TYPE_ID = re.compile(r"\^([a-z_]+)_\[0-7\]")


@dataclass
class World:
    """`foreign` holds an id by the prefix of its kind; `owners` are those who may see them."""

    foreign: dict[str, str]
    hidden_challenge: str
    owners: tuple[Person, ...]
    instead: dict[str, dict[str, str]] = field(default_factory=dict)  # by method: where what is allowed would get in others' way
    strangers: dict[str, str] = field(default_factory=dict)  # role → id of an account
    sessions: dict[str, str] = field(default_factory=dict)  # role → id of a session of that account, which identity looks at

    def data(self, request: type[Request[Any]]) -> dict[str, Any]:
        """A valid request that names these objects.

        Raises:
            KeyError: it names an object of a kind that is not here yet: add one to `build`.
        """
        made_up = sample(request)
        objects = self.foreign | self.instead.get(request.method(), {})
        return made_up | {name: objects[prefix] for name, prefix in named_kinds(request).items() if name in made_up}


@functools.cache
def named_kinds(request: type[Request[Any]]) -> dict[str, str]:
    """The fields that name one object, and the prefix of its kind."""
    properties = request.model_json_schema()["properties"] if request.model_fields else {}
    return {name: found.group(1) for name, schema in properties.items() if (found := _TYPE_ID.match(_pattern(schema)))}


def _pattern(schema: dict[str, Any]) -> str:
    """Of a field, or of the field when it is given."""
    return str(next((one["pattern"] for one in (schema, *schema.get("anyOf", ())) if "pattern" in one), ""))


async def build(journey: Journey, tokens: TestTokens) -> World:
    """Walk the journey until everything exists, and let one account join for each role."""
    for step in journey.steps():
        if step.__name__ == "second_milestone":
            break
        await step()
    market, challenger, solver = journey.market, journey.challenger, journey.solver
    submissions = (await solver.get(f"/v1/challenges/{journey.challenge_id}/submissions"))["items"]
    payout = (await solver.post("/v1/payouts", {"amount": {"amount_minor": 1000, "currency": "EUR"}}, expect=201)).body
    bystander = await market.join("Berta Bystander", "solver")
    escrow_id = (await challenger.get(f"/v1/challenges/{journey.challenge_id}/escrow"))["id"]
    disputed = {"amount": {"amount_minor": 100, "currency": "EUR"}, "reason": "Not what was agreed."}
    dispute = (await challenger.post(f"/v1/escrows/{escrow_id}/dispute", disputed, expect=201)).body
    receipt = (await eventually(lambda: _documents(challenger)))[0]
    outcast = (await _registered(market, "Otto Outcast")).id
    await _coupon(market, tokens)
    foreign = {
        "dispute": dispute["id"],
        "challenge": journey.challenge_id,
        "milestone": journey.challenge["milestones"][1]["id"],
        "application": journey.applications[solver.id],
        "submission": submissions[0]["id"],
        "escrow": escrow_id,
        "payout": payout["id"],
        "document": receipt["id"],
        "subscription": await _subscribed(solver),
        "bill": new_id("bill"),  # nobody has been billed yet: also to finance there is no such bill
        "conversation": journey.conversation,
        "user": bystander.id,
        "session": (await bystander.get("/v1/me/sessions"))["items"][0]["id"],
        "factor": (await bystander.post("/v1/me/factors/totp", expect=200)).body["factor_id"],
        "upload": await _upload(bystander),
        "file": (await upload(solver, "resume", "application/pdf", document("a career"), "resume.pdf"))["id"],
        "portfolio": (await bystander.post("/v1/me/portfolio", {"title": "A bridge"}, expect=201)).body["portfolio"][0]["id"],
        "saga": new_id("saga"),  # no refund is left to finance here
        "letter": new_id("letter"),  # nothing is dead here: also to administrators there is no such letter
    }
    owner, theirs = await _organisation(market)
    foreign |= theirs
    world = World(foreign, await _private_challenge(challenger), (challenger, solver, bystander, owner))
    world.instead["ban_user"] = {"user": outcast}
    for role in Role:
        stranger = await _registered(market, f"Stranger {role.value}")
        await stranger.log_in()
        world.strangers[role.value] = stranger.id
        world.sessions[role.value] = (await stranger.get("/v1/me/sessions"))["items"][0]["id"]
    return world


async def _organisation(market: Market) -> tuple[Person, dict[str, str]]:
    """One with everything in it, and its owner."""
    owner = await market.join("Olga Owner", "challenger")
    organisation = (await owner.post("/v1/organisations", {"name": "Acme"}, expect=201)).body["id"]
    place = f"/v1/organisations/{organisation}"
    invitation = (await owner.post(f"{place}/invitations", {"email": f"{new_id('guest')}@example.com"}, expect=201)).body["id"]
    rows = {"rows": [{"email": "no address"}]}
    job = (await owner.post(f"{place}/bulk-invites", rows, expect=201)).body["id"]
    key = (await owner.post("/v1/api-keys", {"name": "Export", "scopes": ["profile:read"]}, expect=201)).body["id"]
    client = (await owner.post(f"{place}/clients", {"name": "Partner", "scopes": ["challenges:read"]}, expect=201)).body["id"]
    await prove_domain(market, owner, place, f"{organisation.replace('_', '-')}.example")
    provider = {"issuer": f"{market.sandbox_url}/oidc", "client_id": "sandbox", "client_secret": "sandbox-secret"}
    await owner.request("PUT", f"{place}/sso", provider, expect=200)
    return owner, {"organisation": organisation, "invitation": invitation, "bulkinvite": job, "apikey": key, "client": client}


async def prove_domain(market: Market, owner: Person, place: str, domain: str) -> None:
    """Claim a domain, let the sandbox's name server say so, verify."""
    claimed = (await owner.request("PUT", f"{place}/domain", {"domain": domain}, expect=200)).body
    record = {"name": claimed["record_name"], "text": claimed["record_value"]}
    async with market.http.post(f"{market.sandbox_url}/_sandbox/dns", json=record) as told:
        assert told.status == 204
    await owner.post(f"{place}/domain/verify", expect=200)


async def _upload(person: Person) -> str:
    body = {"purpose": "avatar", "media_type": "image/png", "size_bytes": 100, "name": "me.png"}
    return str((await person.post("/v1/me/uploads", body, expect=201)).body["id"])


async def _documents(owner: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await owner.get("/v1/documents"))["items"]
    return items


async def _coupon(market: Market, tokens: TestTokens) -> None:
    """The one that samples name: there already, whoever is asked first to end it."""
    finance = {"Authorization": f"Bearer {tokens.issue(new_id('user'), ['finance'])}"}
    order = {"code": "WELCOME-10", "currency": "EUR", "amount": {"amount_minor": 5, "currency": "EUR"}}
    assert (await market.send("POST", "/v1/admin/coupons", json=order, headers=finance)).status in (201, 409)


async def _subscribed(owner: Person) -> str:
    """On trial."""
    method = (await owner.post("/v1/payment-methods", {"payment_method": "pm_card_visa"}, expect=201)).body["id"]
    order = {"plan_id": "expert-plus-monthly", "payment_method": method}
    return str((await owner.post("/v1/subscriptions", order, expect=201)).body["id"])


async def _private_challenge(owner: Person) -> str:
    draft = {
        "title": "For few eyes",
        "description": "Nobody is invited.",
        "category": "other",
        "difficulty": "beginner",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 5000, "currency": "EUR"}},
        "deadline": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
        "visibility": "private",
    }
    created = (await owner.post("/v1/challenges", draft, expect=201)).body
    await owner.post(f"/v1/challenges/{created['id']}/publish", expect=200)
    return str(created["id"])


async def _registered(market: Market, name: str) -> Person:
    person = market.newcomer(name, f"{new_id('stranger')}@example.com", 0)
    body = {"email": person.email, "password": PASSWORD, "display_name": name, "roles": ["solver"]}
    person.id = (await person.post("/v1/auth/register", body, expect=201)).body["id"]
    return person
