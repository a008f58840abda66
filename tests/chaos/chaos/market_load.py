"""The stories of a plan: challenges from their publication to their reviews, walked by people through the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from chaos.history import History
from chaos.person import GaveUp, Person, Street
from chaos.plan import Story
from local_platform.platform import Platform

_READS = (
    "/v1/me",
    "/v1/challenges?limit=20",
    "/v1/challenges?q=forecast",
    "/v1/notifications?limit=50",
    "/v1/conversations",
    "/v1/balance",
)
_DEADLINE = timedelta(days=300)


class MarketLoad:
    def __init__(self, platform: Platform, stories: Sequence[Story], history: History) -> None:
        self._platform = platform
        self._plan = stories
        self._history = history
        self._walks: list[Walk] = []
        self.finished = 0

    async def run(self, give_up_at: float) -> None:
        """All stories, each from its time on; a person gives up at this monotonic moment."""
        began = time.monotonic()
        async with self._street(give_up_at) as street:

            async def walk(story: Story) -> None:
                await asyncio.sleep(max(0.0, began + story.at - time.monotonic()))
                walked = Walk(street, story)
                self._walks.append(walked)
                with contextlib.suppress(GaveUp):  # it is in the history
                    await walked.walk()
                    self.finished += 1

            await asyncio.gather(*(walk(story) for story in self._plan))

    async def read_again(self) -> None:
        """What everybody reads when all has come to rest."""
        if not self._walks:
            return
        async with self._street(time.monotonic() + 60) as street:
            for walk in self._walks:
                if walk.complete:
                    with contextlib.suppress(GaveUp):
                        await walk.read_again(street)

    @contextlib.asynccontextmanager
    async def _street(self, give_up_at: float):
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as http:
            yield Street(http, self._platform.gateway_urls, self._platform.sandbox_url, self._history, give_up_at)


@dataclass
class Walk:
    """One challenge and its people."""

    street: Street
    story: Story
    complete: bool = False
    challenge_id: str = ""
    conversation_id: str = ""
    payout_id: str = ""
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.story.seed)
        name = f"s{self.story.number}-{self.story.seed:08x}"
        self.challenger, self.solver, self.other = (
            Person(self.street, f"{name}-{role}", random.Random(self.chance.getrandbits(32))) for role in ("challenger", "solver", "other")
        )
        self.amounts = [self.chance.randrange(10_000, 90_000, 10) for _ in range(self.chance.randint(1, 2))]

    async def walk(self) -> None:
        await asyncio.gather(self.challenger.join("challenger"), self.solver.join("solver"), self.other.join("solver"))
        milestones = await self._engage()
        await self._fund()
        await self._chat()
        for milestone in milestones:
            await self._deliver(milestone)
            await self._read_something()
        await self._end()
        self.complete = True

    async def _engage(self) -> list[str]:
        """Publish, apply, accept; gives the milestones' ids."""
        draft = {
            "title": f"Forecast number {self.story.number}",
            "description": "Forecast the demand of a bike sharing system.",
            "category": "data",
            "difficulty": "advanced",
            "skills": ["python"],
            "tags": [],
            "reward": {
                "kind": "milestones",
                "milestones": [{"title": f"Part {n}", "amount": _eur(amount)} for n, amount in enumerate(self.amounts, start=1)],
            },
            "deadline": (datetime.now(UTC) + _DEADLINE).isoformat(),
            "visibility": "public",
        }
        created = await self.challenger.do("create", "/v1/challenges", draft)
        self.challenge_id = created["id"]
        path = f"/v1/challenges/{self.challenge_id}"
        await self.challenger.do("publish", f"{path}/publish", fact=("challenges.challenge_published.v1", "challenge_id"))
        application = {"proposal": "I would do it.", "timeline_days": 14, "budget": _eur(sum(self.amounts))}
        applied = [
            await person.do("apply", f"{path}/applications", application, fact=("challenges.application_submitted.v1", "application_id"))
            for person in (self.solver, self.other)
        ]
        await self._read_something()
        accept = f"/v1/applications/{applied[0]['id']}/accept"
        await self.challenger.do("accept", accept, fact=("challenges.application_accepted.v1", "application_id"))
        self.challenger.expect("application_submitted", 2)
        self.solver.expect("application_accepted")
        self.other.expect("application_closed")
        return [milestone["id"] for milestone in (await self.challenger.get(path))["milestones"]]

    async def _fund(self) -> None:
        path = f"/v1/challenges/{self.challenge_id}/escrow"

        async def opened() -> Any:
            return await self.challenger.ask("GET", path, accept=(404,))

        async def held() -> Any:
            return (await self.challenger.get(path))["held"] == _eur(sum(self.amounts))

        async def milestones_funded() -> Any:
            milestones = (await self.solver.get(f"/v1/challenges/{self.challenge_id}"))["milestones"]
            return all(milestone["status"] == "funded" for milestone in milestones)

        await self.street.wait_for(opened, f"the escrow of {self.challenge_id}")
        # Where the vendor fails at first the platform goes on by itself.
        await self.challenger.do("fund", path, {"payment_method": "pm_card_visa"}, fact=("payments.escrow_funded.v1", "escrow_id"))
        await self.street.wait_for(held, f"money in the escrow of {self.challenge_id}")
        await self.street.wait_for(milestones_funded, f"funded milestones of {self.challenge_id}")
        self.solver.expect("escrow_funded")

    async def _chat(self) -> None:
        async def conversation() -> Any:
            found = (await self.solver.get("/v1/conversations"))["items"]
            return next((item["id"] for item in found if item["challenge_id"] == self.challenge_id), None)

        self.conversation_id = await self.street.wait_for(conversation, f"the conversation of {self.challenge_id}")
        path = f"/v1/conversations/{self.conversation_id}/messages"
        for number in range(self.chance.randint(2, 8)):
            author, reader = self.chance.sample((self.challenger, self.solver), k=2)
            text = f"message {number} of {author.name}"
            message = {"client_message_id": f"{self.story.seed:08x}-{number}", "text": text}
            await author.do("message", path, message, fact=("messaging.message_sent.v1", "message"))
            self.texts.append(text)
            reader.expect("message_sent")

    async def _deliver(self, milestone: str) -> None:
        path = f"/v1/challenges/{self.challenge_id}/submissions"
        for attempt in range(self.chance.randint(1, 2), 0, -1):
            body = {"notes": "A delivery.", "milestone_id": milestone, "files": []}
            submitted = await self.solver.do("deliver", path, body, fact=("challenges.work_submitted.v1", "submission_id"))
            self.challenger.expect("work_submitted")
            this = f"/v1/submissions/{submitted['id']}"
            if attempt > 1:
                change = ("challenges.changes_requested.v1", "submission_id")
                await self.challenger.do("request changes", f"{this}/request-changes", {"feedback": "Please add tests."}, fact=change)
                self.solver.expect("changes_requested")
            else:
                await self.challenger.do("approve", f"{this}/approve", fact=("challenges.submission_approved.v1", "submission_id"))
                self.solver.expect("submission_approved")
                self.solver.expect("funds_released")

    async def _end(self) -> None:
        async def settled() -> Any:
            escrow = await self.challenger.get(f"/v1/challenges/{self.challenge_id}/escrow")
            return escrow["status"] == "settled"

        async def completed() -> Any:
            return (await self.solver.get(f"/v1/challenges/{self.challenge_id}"))["status"] == "completed"

        async def available() -> Any:
            rows = (await self.solver.get("/v1/balance"))["balances"]
            return next((row["available"] for row in rows if row["available"]["amount_minor"] > 0), None)

        await self.street.wait_for(settled, f"the release of the money of {self.challenge_id}")
        await self.street.wait_for(completed, f"the completion of {self.challenge_id}")
        amount = await self.street.wait_for(available, f"the balance of {self.solver.name}")
        payout = await self.solver.do("pay out", "/v1/payouts", {"amount": amount}, fact=("payments.payout_requested.v1", "payout_id"))
        self.payout_id = payout["id"]

        async def paid() -> Any:
            return (await self.solver.get(f"/v1/payouts/{self.payout_id}"))["status"] == "paid"

        await self.street.wait_for(paid, f"the payout of {self.solver.name}")
        reviews = f"/v1/challenges/{self.challenge_id}/reviews"
        for person in (self.challenger, self.solver):
            written = {"rating": self.chance.randint(1, 5), "text": "A review."}
            await person.do("review", reviews, written, fact=("challenges.review_published.v1", "review_id"))
            person.expect("challenge_completed")
            person.expect("review_published")
        self.solver.expect("payout_paid")

    async def _read_something(self) -> None:
        for path in self.chance.sample(_READS, k=3):
            await self.solver.get(path)

    async def read_again(self, street: Street) -> None:
        for person in (self.challenger, self.solver, self.other):
            person.street = street
        add = street.history.add
        add("read", of="escrow", answer=await self.challenger.get(f"/v1/challenges/{self.challenge_id}/escrow"))
        add("read", of="payout", answer=await self.solver.get(f"/v1/payouts/{self.payout_id}"))
        history = await self.solver.get(f"/v1/conversations/{self.conversation_id}/messages?after_seq=0&limit=100")
        slim = [{"seq": message["seq"], "text": message["text"]} for message in history["items"]]
        add("read", of="messages", subject=self.conversation_id, answer=slim, expected=self.texts)
        challenge = await self.solver.get(f"/v1/challenges/{self.challenge_id}")
        add("read", of="state", subject=self.challenge_id, answer=challenge["status"], expected="completed")
        for person in (self.challenger, self.solver, self.other):
            kinds = Counter(row["kind"] for row in await self._notifications(person))
            # Others may be told too, such as matches: they depend on who else is in the market.
            told = {kind: kinds[kind] for kind in person.told}
            add("read", of="notifications", subject=person.name, answer=told, expected=person.told)

    async def _notifications(self, person: Person) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = await person.get(f"/v1/notifications?limit=100{cursor}")
            rows += page["items"]
            if page["next_cursor"] is None:
                return rows
            cursor = f"&cursor={page['next_cursor']}"


def _eur(amount: int) -> dict[str, Any]:
    return {"amount_minor": amount, "currency": "EUR"}
