"""The core journey, step by step: what `make demo` shows, what the end-to-end tests walk and what the fault tests disturb."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local_platform.market.client import Market, Person, Unexpected, wait_for

EUR_600, EUR_400 = {"amount_minor": 60000, "currency": "EUR"}, {"amount_minor": 40000, "currency": "EUR"}
Report = Callable[[str], None]


def expect(condition: object, what: str) -> None:
    if not condition:
        raise Unexpected(what)


@dataclass
class Journey:
    """One challenge from its draft to its reviews. Steps run in order; each leaves what the next needs."""

    market: Market
    report: Report = lambda _line: None
    funding: str = "pm_card_visa"
    challenger: Person = field(init=False)
    solver: Person = field(init=False)
    other: Person = field(init=False)
    challenge: dict[str, Any] = field(init=False)
    applications: dict[str, str] = field(default_factory=dict)
    conversation: str = ""
    sent: list[str] = field(default_factory=list)

    def steps(self) -> list[Callable[[], Awaitable[None]]]:
        return [
            self.people_join,
            self.challenge_is_published,
            self.solver_finds_it,
            self.two_apply,
            self.one_is_accepted,
            self.escrow_is_funded,
            self.they_chat,
            self.first_milestone,
            self.second_milestone,
            self.payout,
            self.both_review,
            self.money_adds_up,
            self.everybody_was_told_once,
        ]

    async def walk(self, between: Callable[[str], Awaitable[None]] | None = None) -> None:
        """All steps; `between` is awaited before each with its name (faults are injected there)."""
        for step in self.steps():
            if between:
                await between(step.__name__)
            await step()

    async def people_join(self) -> None:
        tag = secrets.token_hex(2)
        self.challenger, self.solver, self.other = await asyncio.gather(
            self.market.join(f"Carla {tag}", "challenger"),
            self.market.join(f"Sam {tag}", "solver", skills=["machine learning", "python", "forecasting"], gateway=1),
            self.market.join(f"Olga {tag}", "solver", skills=["illustration"]),
        )
        self.report(f"{self.challenger.name}, {self.solver.name} and {self.other.name} registered and verified their mail addresses")

    async def challenge_is_published(self) -> None:
        draft = {
            "title": "Forecast bicycle demand with machine learning",
            "description": "Build a pipeline that forecasts the hourly demand of a bike sharing system from weather and calendar data.",
            "category": "data",
            "difficulty": "advanced",
            "skills": ["machine learning", "python"],
            "tags": ["forecasting"],
            "reward": {
                "kind": "milestones",
                "milestones": [{"title": "Data pipeline", "amount": EUR_600}, {"title": "Forecast model", "amount": EUR_400}],
            },
            "deadline": (datetime.now(UTC) + timedelta(days=30)).isoformat(),
            "visibility": "public",
        }
        created = (await self.challenger.post("/v1/challenges", draft, expect=201)).body
        self.challenge = (await self.challenger.post(f"/v1/challenges/{created['id']}/publish", expect=200)).body
        expect(self.challenge["status"] == "open", "a published challenge is open")
        self.report(f"{self.challenger.name} published “{self.challenge['title']}” for EUR 1,000.00 in two milestones")

    async def solver_finds_it(self) -> None:
        query = "/v1/challenges?q=machin%20lerning%20bycicle&limit=100"

        async def found() -> Any:
            return any(hit["id"] == self.challenge_id for hit in (await self.solver.get(query))["items"])

        async def matched() -> Any:
            items = (await self.solver.get("/v1/matches?limit=50"))["items"]
            return next((match for match in items if match["challenge"]["id"] == self.challenge_id), None)

        await wait_for(found, "the challenge in search, with typos in the query", within=60 + self.market.patience)
        match = await wait_for(matched, "the challenge among the solver's matches", within=60 + self.market.patience)
        reasons = ", ".join(f"{reason['feature']} {reason['contribution']:.2f}" for reason in match["reasons"])
        self.report(f"{self.solver.name} found it by “machin lerning bycicle” and among the matches ({match['score']:.2f}: {reasons})")

    async def two_apply(self) -> None:
        for person, days in ((self.solver, 21), (self.other, 14)):
            body = {
                "proposal": f"I would do it in {days} days.",
                "timeline_days": days,
                "budget": {"amount_minor": 100000, "currency": "EUR"},
            }
            answer = await person.post(f"/v1/challenges/{self.challenge_id}/applications", body, expect=201)
            self.applications[person.id] = answer.body["id"]
        self.report(f"{self.solver.name} and {self.other.name} applied")

    async def one_is_accepted(self) -> None:
        accepted = (await self.challenger.post(f"/v1/applications/{self.applications[self.solver.id]}/accept", expect=200)).body
        expect(accepted["status"] == "accepted", "the application is accepted")
        closed = await self.other.get(f"/v1/applications/{self.applications[self.other.id]}")
        expect((closed["status"], closed["reject_reason"]) == ("rejected", "another_accepted"), "the other application is closed")
        self.challenge = await self.challenger.get(f"/v1/challenges/{self.challenge_id}")
        expect(self.challenge["status"] == "in_progress", "the challenge is in progress")
        await self.eventually_told(self.other, "application_closed", 1)
        self.report(f"{self.challenger.name} accepted {self.solver.name}; {self.other.name} was told once")

    async def escrow_opens(self) -> str:
        """Wait until payments has heard of the engagement; gives the path of its escrow."""
        path = f"/v1/challenges/{self.challenge_id}/escrow"

        async def opened() -> Any:
            return (await self.challenger.request("GET", path)).status == 200

        await wait_for(opened, "the escrow", within=60 + self.market.patience)
        return path

    async def escrow_is_funded(self) -> None:
        path = await self.escrow_opens()
        await self.challenger.post(path, {"payment_method": self.funding})

        async def held() -> Any:
            return (await self.challenger.get(path))["held"]["amount_minor"] == 100000

        async def milestones_funded() -> Any:
            milestones = (await self.solver.get(f"/v1/challenges/{self.challenge_id}"))["milestones"]
            return all(milestone["status"] == "funded" for milestone in milestones)

        await wait_for(held, "EUR 1,000.00 in escrow", within=60 + self.market.patience)
        await wait_for(milestones_funded, "funded milestones", within=60 + self.market.patience)
        self.report("EUR 1,000.00 is held in escrow")

    async def they_chat(self) -> None:
        async def conversation() -> Any:
            found = (await self.solver.get("/v1/conversations"))["items"]
            return next((item["id"] for item in found if item["challenge_id"] == self.challenge_id), None)

        self.conversation = await wait_for(conversation, "the conversation", within=60 + self.market.patience)
        for person in (self.challenger, self.solver):
            await person.connect()
            joined = await person.emit("conversation.join", {"conversation_id": self.conversation, "after_seq": 0})
            expect(joined["ok"], f"{person.name} joined the conversation: {joined}")
        for number, person in enumerate((self.challenger, self.solver, self.challenger, self.solver), start=1):
            text = f"Message {number} from {person.name}"
            message = {"conversation_id": self.conversation, "client_message_id": secrets.token_hex(8), "text": text}
            acknowledged = await person.emit("message.send", message)
            expect(acknowledged["ok"], f"the message was sent: {acknowledged}")
            self.sent.append(text)
        await self._all_messages_arrive()
        self.report(
            f"they exchanged {len(self.sent)} messages over {min(2, len(self.market.gateway_urls))} gateway(s), live on both screens"
        )

    async def _all_messages_arrive(self) -> None:
        for person in (self.challenger, self.solver):

            async def live(person: Person = person) -> Any:
                texts = {data["message"]["text"] if "message" in data else data["text"] for data in person.heard("message.created")}
                if texts >= set(self.sent):
                    return True
                # A socket that was cut resumes from the history, as the web client does.
                history = await person.get(f"/v1/conversations/{self.conversation}/messages?after_seq=0&limit=100")
                return self.market.patience > 0 and [message["text"] for message in history["items"]] == self.sent

            await wait_for(live, f"all messages on {person.name}'s screen", within=60 + self.market.patience)
        history = await self.solver.get(f"/v1/conversations/{self.conversation}/messages?after_seq=0&limit=100")
        expect([message["text"] for message in history["items"]] == self.sent, "the history is complete and in order")
        expect([message["seq"] for message in history["items"]] == list(range(1, len(self.sent) + 1)), "seq has no gaps")

    async def first_milestone(self) -> None:
        milestone = self.challenge["milestones"][0]["id"]
        first = await self._deliver(milestone, "First delivery")
        await self.challenger.post(f"/v1/submissions/{first}/request-changes", {"feedback": "Please add tests."}, expect=200)
        await self._approve(await self._deliver(milestone, "Second delivery, with tests"), released=54000)
        self.report("milestone 1 was delivered, sent back, delivered again, approved and released")

    async def second_milestone(self) -> None:
        milestone = self.challenge["milestones"][1]["id"]
        await self._approve(await self._deliver(milestone, "The model"), released=90000)

        async def completed() -> Any:
            return (await self.solver.get(f"/v1/challenges/{self.challenge_id}"))["status"] == "completed"

        await wait_for(completed, "the completed challenge", within=60 + self.market.patience)
        self.report("milestone 2 was delivered, approved and released; the challenge is complete")

    async def _deliver(self, milestone_id: str, notes: str) -> str:
        body = {"notes": notes, "milestone_id": milestone_id, "files": []}
        return str((await self.solver.post(f"/v1/challenges/{self.challenge_id}/submissions", body, expect=201)).body["id"])

    async def _approve(self, submission_id: str, *, released: int) -> None:
        await self.challenger.post(f"/v1/submissions/{submission_id}/approve", expect=200)

        async def paid() -> Any:
            escrow = await self.challenger.get(f"/v1/challenges/{self.challenge_id}/escrow")
            return escrow["released"]["amount_minor"] == released

        await wait_for(paid, f"{released} released", within=60 + self.market.patience)

    async def payout(self) -> None:
        async def available() -> Any:
            balances = (await self.solver.get("/v1/balance"))["balances"]
            return any(row["available"] == {"amount_minor": 90000, "currency": "EUR"} for row in balances)

        await wait_for(available, "EUR 900.00 available", within=60 + self.market.patience)
        payout = (await self.solver.post("/v1/payouts", {"amount": {"amount_minor": 90000, "currency": "EUR"}}, expect=201)).body

        async def paid() -> Any:
            return (await self.solver.get(f"/v1/payouts/{payout['id']}"))["status"] == "paid"

        await wait_for(paid, "the payout", within=60 + self.market.patience)
        self.report(f"{self.solver.name} was paid out EUR 900.00")

    async def both_review(self) -> None:
        path = f"/v1/challenges/{self.challenge_id}/reviews"
        await self.challenger.post(path, {"rating": 5, "text": "Excellent work."}, expect=201)
        expect((await self.solver.get(path))["items"] == [], "a review is hidden until both are in")
        await self.solver.post(path, {"rating": 4, "text": "Clear and fair."}, expect=201)
        expect(sorted(review["rating"] for review in (await self.other.get(path))["items"]) == [4, 5], "then everybody sees both")
        self.report("both reviewed; neither was visible before both were in")

    async def money_adds_up(self) -> None:
        escrow = await self.challenger.get(f"/v1/challenges/{self.challenge_id}/escrow")
        parts = {name: escrow[name]["amount_minor"] for name in ("funded", "held", "released", "refunded", "fees")}
        expect(parts == {"funded": 100000, "held": 0, "released": 90000, "refunded": 0, "fees": 10000}, f"the escrow adds up: {parts}")

    async def everybody_was_told_once(self) -> None:
        """Each person has exactly the notifications the journey gives rise to; matches depend on who else is in the market."""
        messages = len(self.sent) // 2
        told = {
            self.challenger: {
                "application_submitted": 2, "work_submitted": 3, "challenge_completed": 1, "review_published": 1, "message_sent": messages,
            },
            self.solver: {
                "application_accepted": 1, "escrow_funded": 1, "changes_requested": 1, "submission_approved": 2, "funds_released": 2,
                "challenge_completed": 1, "payout_paid": 1, "review_published": 1, "message_sent": messages,
            },
            self.other: {"application_closed": 1},
        }  # fmt: skip
        for person, kinds in ((person, told[person]) for person in told):

            async def complete(person: Person = person, kinds: dict[str, int] = kinds) -> Any:
                return await self._kinds(person) == kinds

            await wait_for(complete, f"the notifications of {person.name}: {kinds}", within=60 + self.market.patience)
        self.report("everybody was told everything once")

    async def _kinds(self, person: Person) -> dict[str, int]:
        rows = await person.all_notifications()
        matches = [row for row in rows if row["kind"] == "challenge_matched"]
        expect(len({row["link"] for row in matches}) == len(matches), "a match is told once for each challenge")
        return dict(Counter(row["kind"] for row in rows if row["kind"] != "challenge_matched"))

    async def eventually_told(self, person: Person, kind: str, times: int) -> None:
        async def told() -> Any:
            return (await self._kinds(person)).get(kind) == times

        await wait_for(told, f"{times} × {kind} for {person.name}", within=60 + self.market.patience)

    @property
    def challenge_id(self) -> str:
        return str(self.challenge["id"])
