"""Bad input to every command of the core journey: a 4xx problem that names the field, and nothing has changed afterwards."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.ids import new_id
from local_platform.market.client import PASSWORD, Answer, Person
from local_platform.market.journey import Journey
from local_platform.platform import Platform
from local_platform.tokens import TestTokens

EUR = {"amount_minor": 5000, "currency": "EUR"}
OPEN_CHALLENGE = {
    "title": "A map of all benches",
    "description": "With the shade they have at noon.",
    "category": "data",
    "difficulty": "beginner",
    "skills": ["maps"],
    "tags": ["benches"],
    "reward": {"kind": "fixed", "amount": EUR},
    "deadline": (datetime.now(UTC) + timedelta(days=9)).isoformat(),
    "visibility": "public",
    "invited_user_ids": [],
}
FILE = {"name": "report.pdf", "url": "https://files.example.com/report.pdf"}
WRONG_FOR_ALL: tuple[Any, ...] = ({"$ne": None}, [[]], 1.5, [{"$gt": ""}])
NO_AMOUNT: tuple[Any, ...] = (-1, 0, 1.5, "100", 10**13, None, True, {"$gt": 0})
NO_CURRENCY: tuple[Any, ...] = ("eur", "XXX", "", 978, None, {"$ne": "EUR"})
UNREADABLE = (
    (b'{"title": "x"', 400),
    (b"[]", 400),
    (b'{"a": NaN}', 400),
    (b'{"a": 1, "a": 2}', 400),
    (b"\xff\xfe", 400),
    (b'{"a":' * 500 + b"1" + b"}" * 500, 400),
    (b'{"a": "' + b"x" * 300_000 + b'"}', 413),
)
STATE_IN = ("identity", "challenges", "payments", "messaging")  # who decides; the others only follow


@dataclass(frozen=True)
class Scene:
    """Where the attack takes place: an engagement that is funded and has a delivery, an open challenge with an application, a draft."""

    journey: Journey
    draft: str
    open: str
    application: str
    submission: str
    escrow: dict[str, Any]

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.journey.challenger, self.journey.solver, self.journey.other)


@dataclass(frozen=True)
class Route:
    """A command that would be accepted, or refused by a rule alone, if it were sent with `body`. `optional`: fields it may lack."""

    method: str
    path: str
    who: Person | None  # None: no token needed
    body: dict[str, Any]
    optional: frozenset[str] = frozenset()


def routes(scene: Scene) -> list[Route]:
    journey, draft, open_one = scene.journey, f"/v1/challenges/{scene.draft}", f"/v1/challenges/{scene.open}"
    challenger, solver, applicant = scene.people
    running, application = f"/v1/challenges/{journey.challenge_id}", f"/v1/applications/{scene.application}"
    submission, escrow = f"/v1/submissions/{scene.submission}", f"/v1/escrows/{scene.escrow['id']}"
    one, card, files = {"milestone_id": scene.escrow["milestones"][0]["id"]}, {"payment_method": "pm_card_visa"}, {"files": [FILE]}
    profile = {"display_name": "Me", "skills": ["x"], "links": ["https://a.example"]}
    proposal = {"proposal": "I would count them.", "timeline_days": 3, "budget": EUR, "attachments": [FILE]}
    everything = frozenset(OPEN_CHALLENGE)
    person = {"email": "new@example.com", "password": PASSWORD, "display_name": "New", "roles": ["solver"]}
    return [
        Route("POST", "/v1/auth/register", None, person),
        Route("POST", "/v1/auth/verify-email", None, {"token": "x"}),
        Route("POST", "/v1/auth/login", None, {"email": "nobody@example.com", "password": "x"}),
        Route("POST", "/v1/auth/refresh", None, {"refresh_token": "x"}),
        Route("POST", "/v1/auth/logout", None, {"refresh_token": "x"}),
        Route("PATCH", "/v1/me", solver, profile, frozenset(profile)),
        Route("POST", "/v1/challenges", challenger, OPEN_CHALLENGE, frozenset({"skills", "tags", "visibility", "invited_user_ids"})),
        Route("PATCH", draft, challenger, OPEN_CHALLENGE, everything),
        Route("POST", f"{draft}/publish", challenger, {}),
        Route("POST", f"{open_one}/cancel", challenger, {"reason": "other"}),
        Route("DELETE", draft, challenger, {}),
        Route("POST", f"{open_one}/applications", solver, proposal, frozenset({"attachments"})),
        Route("PATCH", application, applicant, proposal, frozenset(proposal)),
        Route("POST", f"{application}/accept", challenger, {}),
        Route("POST", f"{application}/reject", challenger, {}),
        Route("POST", f"{application}/withdraw", applicant, {}),
        Route("POST", f"{running}/escrow", challenger, card | one, frozenset(one)),
        Route("POST", f"{escrow}/release", challenger, one, frozenset(one)),
        Route("POST", f"{escrow}/refund", solver, one | {"reason": "x"}, frozenset(one)),
        Route("POST", f"{running}/submissions", solver, files | one | {"notes": "Done"}, frozenset(files | one)),
        Route("POST", f"{submission}/request-changes", challenger, {"feedback": "More"}),
        Route("POST", f"{submission}/approve", challenger, {}),
        Route("POST", "/v1/payouts", solver, {"amount": EUR}),
        Route("POST", f"{running}/reviews", challenger, {"rating": 5, "text": "Good"}),
        Route("POST", f"/v1/conversations/{journey.conversation}/messages", solver, {"client_message_id": "bad-input", "text": "x"}),
        Route("POST", f"/v1/conversations/{journey.conversation}/read", challenger, {"seq": 1}),
        Route("POST", "/v1/notifications/read", solver, {"all": True}, frozenset({"all"})),
    ]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One bad request, and what must be said of it. `pointer` is the field that must be named."""

    method: str
    path: str
    token: str | None
    body: Any  # bytes are sent as they are
    status: int
    pointer: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path} {str(self.body)[:120]}"


def cases(scene: Scene, signing_key: str) -> Iterator[Case]:
    for route in routes(scene):
        token = route.who.access_token if route.who else None
        if route.method != "DELETE":
            yield from bad_bodies(route, token)
        yield from bad_ids(route, token)
        if route.who:
            for bad in bad_tokens(route.who, signing_key):
                yield Case(route.method, route.path, bad, route.body if route.method != "DELETE" else None, 401)
    yield from against_the_rules(scene)


def bad_bodies(route: Route, token: str | None) -> Iterator[Case]:
    def case(body: Any, pointer: str | None, status: int = 422) -> Case:
        return Case(route.method, route.path, token, body, status, pointer)

    for name in route.body:
        for wrong in WRONG_FOR_ALL:
            yield case(route.body | {name: wrong}, f"/{name}")
        if name not in route.optional:
            yield case({key: value for key, value in route.body.items() if key != name}, f"/{name}")
    for name in ("is_admin", "sender_id", "version", "$where", "__proto__"):
        yield case(route.body | {name: 1}, f"/{name}")
    for place in money_places(route.body):
        for amount in NO_AMOUNT:
            yield case(with_value(route.body, (*place, "amount_minor"), amount), "/" + "/".join((*place, "amount_minor")))
        for currency in NO_CURRENCY:
            yield case(with_value(route.body, (*place, "currency"), currency), "/" + "/".join((*place, "currency")))
    for raw, status in UNREADABLE:
        yield case(raw, None, status)


def bad_ids(route: Route, token: str | None) -> Iterator[Case]:
    parts = route.path.split("/")
    for place, part in enumerate(parts):
        kind, underscore, _ = part.partition("_")
        if not underscore:
            continue
        unknown = "/".join([*parts[:place], new_id(kind), *parts[place + 1 :]])
        body = route.body if route.method != "DELETE" else None
        yield Case(route.method, unknown, token, body, 404)
        for malformed in (part.upper(), new_id("webhook"), f"{part}%0A", "1", "%7B%22$ne%22:null%7D"):
            path = "/".join([*parts[:place], malformed, *parts[place + 1 :]])
            yield Case(route.method, path, token, body, 422, f"/{kind}_id")


def bad_tokens(person: Person, signing_key: str) -> Iterator[str | None]:
    header, claims, signature = person.access_token.split(".")
    key = OKPKey.import_key(json.loads(signing_key))
    now = int(time.time())
    genuine = {"iss": "openchance", "aud": "openchance", "sub": person.id, "sid": new_id("session"), "roles": ["challenger"]}
    for changes in ({"exp": now - 1}, {"exp": now + 900, "iss": "elsewhere"}, {"exp": now + 900, "aud": "elsewhere"}, {}):
        yield jwt.encode({"alg": "Ed25519"}, {**genuine, **changes}, key, algorithms=["Ed25519"])
    yield None
    yield TestTokens().issue(person.id, roles=("challenger", "solver", "admin"))  # a key of one's own
    yield f"eyJhbGciOiJub25lIn0.{claims}."
    yield f"{header}.{claims}.{signature[::-1]}"


def against_the_rules(scene: Scene) -> Iterator[Case]:
    """What only its service can know to be wrong."""
    challenger, solver, applicant = scene.people
    running, open_one = f"/v1/challenges/{scene.journey.challenge_id}", f"/v1/challenges/{scene.open}"
    escrow, dollars = f"/v1/escrows/{scene.escrow['id']}", {"amount_minor": 5000, "currency": "USD"}
    proposal = {"proposal": "I would count them.", "timeline_days": 3, "budget": dollars}
    yield Case("POST", f"{open_one}/applications", solver.access_token, proposal, 422, "/budget/currency")
    yield Case("PATCH", f"/v1/applications/{scene.application}", applicant.access_token, {"budget": dollars}, 422, "/budget/currency")
    yield Case("POST", f"{escrow}/release", challenger.access_token, {"amount": dollars}, 422, "/amount/currency")
    yield Case("PATCH", f"/v1/challenges/{scene.draft}", challenger.access_token, {"title": None}, 422, "/title")
    beyond = "0001-01-01T00:00:00+14:00"
    yield Case("POST", "/v1/challenges", challenger.access_token, OPEN_CHALLENGE | {"deadline": beyond}, 422, "/deadline")
    yield Case("POST", "/v1/challenges", challenger.access_token, OPEN_CHALLENGE | {"title": "Two\nlines"}, 422, "/title")
    for rating in (0, 6, 4.5):
        yield Case("POST", f"{running}/reviews", challenger.access_token, {"rating": rating, "text": "x"}, 422, "/rating")
    foreign = {"notes": "Done", "milestone_id": new_id("milestone")}
    yield Case("POST", f"{running}/submissions", solver.access_token, foreign, 404)
    paid = {"payment_method": "pm_card_visa", "milestone_id": new_id("milestone")}
    yield Case("POST", f"{running}/escrow", challenger.access_token, paid, 404)
    yield Case("POST", f"{escrow}/release", challenger.access_token, {"milestone_id": new_id("milestone")}, 404)
    role = {"email": "boss@example.com", "password": PASSWORD, "display_name": "Boss", "roles": ["admin"]}
    yield Case("POST", "/v1/auth/register", None, role, 422, "/roles")


def money_places(data: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(data, dict):
        if set(data) == {"amount_minor", "currency"}:
            yield place
        for name, value in data.items():
            yield from money_places(value, (*place, name))


def with_value(data: dict[str, Any], place: tuple[str, ...], value: Any) -> dict[str, Any]:
    changed = deepcopy(data)
    target = changed
    for name in place[:-1]:
        target = target[name]
    target[place[-1]] = value
    return changed


async def the_scene(journey: Journey, walk_until: Any) -> Scene:
    await walk_until(journey, "first_milestone")
    challenger, solver, applicant = journey.challenger, journey.solver, journey.other
    draft = (await challenger.post("/v1/challenges", OPEN_CHALLENGE, expect=201)).body["id"]
    open_one = (await challenger.post("/v1/challenges", OPEN_CHALLENGE, expect=201)).body["id"]
    await challenger.post(f"/v1/challenges/{open_one}/publish", expect=200)
    proposal = {"proposal": "I know them all.", "timeline_days": 2, "budget": EUR}
    application = (await applicant.post(f"/v1/challenges/{open_one}/applications", proposal, expect=201)).body["id"]
    work = {"notes": "The pipeline", "milestone_id": journey.challenge["milestones"][0]["id"]}
    submission = (await solver.post(f"/v1/challenges/{journey.challenge_id}/submissions", work, expect=201)).body["id"]
    escrow = await challenger.get(f"/v1/challenges/{journey.challenge_id}/escrow")
    return Scene(journey, draft, open_one, application, submission, escrow)


async def the_state(scene: Scene, platform: Platform) -> dict[str, Any]:
    """What everybody can read back, and how many facts the services have told of."""
    running, conversation = f"/v1/challenges/{scene.journey.challenge_id}", f"/v1/conversations/{scene.journey.conversation}"
    paths = [
        "/v1/me", "/v1/balance", "/v1/payouts", "/v1/challenges?mine=true", "/v1/me/notification-preferences", "/v1/conversations",
        f"/v1/challenges/{scene.draft}", f"/v1/challenges/{scene.open}", f"/v1/challenges/{scene.open}/applications", running,
        f"{running}/applications", f"{running}/submissions", f"{running}/reviews", f"{running}/escrow",
        conversation, f"{conversation}/messages",
    ]  # fmt: skip
    state = {f"{person.name} {path}": (await person.request("GET", path)).body for person in scene.people for path in paths}
    for name, body in state.items():
        if isinstance(body, dict):
            body.pop("request_id", None)  # of a refusal
            assert body.get("status") != 503, name
    for person in scene.people:  # new ones may still be on their way, but nobody has read any
        state[f"{person.name} read"] = [row["id"] for row in await person.all_notifications() if row["read_at"]]
    with pymongo.MongoClient[dict[str, Any]](platform.infrastructure.mongo_url) as client:
        state["facts"] = {name: client[name]["outbox"].count_documents({}) for name in STATE_IN}
        state["accounts"] = client["identity"]["accounts"].count_documents({})
    return state


def complaint(case: Case, answer: Answer) -> str | None:
    """What is wrong with the answer to a bad request."""
    told = answer.body if isinstance(answer.body, dict) else {}
    if answer.status != case.status or not answer.headers["Content-Type"].startswith("application/problem+json"):
        return f"{case} answered {answer.status}, not {case.status}: {answer.body}"
    if told.get("status") != case.status or not told.get("code") or not told.get("request_id"):
        return f"{case} is no problem document: {answer.body}"
    pointers = [error["pointer"] for error in told.get("errors", [])]
    if case.pointer is not None and not any(f"{pointer}/".startswith(f"{case.pointer}/") for pointer in pointers):
        return f"{case} names {pointers}, not {case.pointer}"
    return None


async def test_bad_input_is_refused_by_name_and_changes_nothing(journey: Journey, walk_until, platform: Platform) -> None:
    scene = await the_scene(journey, walk_until)
    before = await the_state(scene, platform)
    complaints, count = [], 0
    for count, case in enumerate(cases(scene, platform.secrets.signing_key), start=1):
        headers = {"Content-Type": "application/json"}
        if case.token:
            headers["Authorization"] = f"Bearer {case.token}"
        data = case.body if isinstance(case.body, bytes) else b"" if case.body is None else json.dumps(case.body).encode()
        answer = await journey.market.send(case.method, case.path, data=data, headers=headers, gateway=count)
        if found := complaint(case, answer):
            complaints.append(found)
    assert not complaints, f"{len(complaints)} of {count}:\n" + "\n".join(complaints[:25])
    assert count > 900
    assert await the_state(scene, platform) == before
