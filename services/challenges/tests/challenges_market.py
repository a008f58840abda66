"""A small market on the fakes: people, a clock, every use case, and short ways to get a challenge into a state."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from challenges_fakes import FakeDatabase

from challenges.adapters.safe_html import clean_html
from challenges.usecases.claim_limits import ClaimLimits
from challenges.wiring import UseCases, assemble
from chassis.clock import FixedClock
from chassis.ids import new_id
from chassis.principal import Principal
from contracts.challenges.commands import (
    AcceptApplication,
    ApproveSubmission,
    CreateChallenge,
    PublishChallenge,
    SubmitApplication,
    SubmitWork,
)
from contracts.challenges.queries import GetChallenge
from contracts.challenges.terms import Category, Difficulty, FixedReward, MilestonesReward, MilestoneTerms, RangeReward
from contracts.challenges.views import ApplicationView, ChallengeView, SubmissionView
from contracts.identity.roles import Role
from contracts.money import Money, Price
from contracts.payments.events import EscrowFunded, FundsRefunded, FundsReleased

START = datetime(2036, 3, 1, 12, tzinfo=UTC)
DECISION_WINDOW = timedelta(days=30)
REVIEW_WINDOW = timedelta(days=14)
MAX_PENDING = 3
ENTITLED_PENDING = MAX_PENDING + 2


def euros(amount_minor: int) -> Price:
    return Price(amount_minor=amount_minor, currency="EUR")


FIXED = FixedReward(amount=euros(50_000))
RANGE = RangeReward(min=euros(20_000), max=euros(80_000))
TWO_STEPS = MilestonesReward(
    milestones=(MilestoneTerms(title="Design", amount=euros(60_000)), MilestoneTerms(title="Build", amount=euros(40_000)))
)


def person(*roles: Role, email_verified: bool = True) -> Principal:
    return Principal(new_id("user"), new_id("session"), frozenset(roles), email_verified, token="")


@dataclass
class Market:
    database: FakeDatabase = field(default_factory=FakeDatabase)
    clock: FixedClock = field(default_factory=lambda: FixedClock(START))
    challenger: Principal = field(default_factory=lambda: person(Role.CHALLENGER))
    solver: Principal = field(default_factory=lambda: person(Role.SOLVER))
    rival: Principal = field(default_factory=lambda: person(Role.SOLVER))
    outsider: Principal = field(default_factory=lambda: person(Role.SOLVER, Role.CHALLENGER))
    escrow_id: str = field(default_factory=lambda: new_id("escrow"))
    entitled: set[tuple[str, str]] = field(default_factory=set)  # who, to what
    kept_out: set[str] = field(default_factory=set)  # who is suspended or banned
    _sequence: int = 0

    def __post_init__(self) -> None:
        self.can: UseCases = assemble(
            begin=self.database.begin,
            reads=self.database,
            clean_html=clean_html,
            new_id=new_id,
            now=self.clock.now,
            claim_limits=ClaimLimits(MAX_PENDING, ENTITLED_PENDING, lambda user_id, name: (user_id, name) in self.entitled),
            decision_window=DECISION_WINDOW,
            review_window=REVIEW_WINDOW,
            rerun=lambda work: work(),
            kept_out=self.kept_out.intersection,
        )

    # --- states

    def draft(self, **content: Any) -> ChallengeView:
        return self.can.create_challenge(new_challenge(**content), self.challenger)

    def open(self, **content: Any) -> ChallengeView:
        return self.can.publish_challenge(PublishChallenge(challenge_id=self.draft(**content).id), self.challenger)

    def applied(self, challenge: ChallengeView, by: Principal | None = None, budget: Price | None = None) -> ApplicationView:
        return self.can.submit_application(new_application(challenge.id, budget or euros(50_000)), by or self.solver)

    def in_progress(self, **content: Any) -> ChallengeView:
        challenge = self.open(**content)
        self.accept(self.applied(challenge))
        return self.seen(challenge.id)

    def funded(self, **content: Any) -> ChallengeView:
        challenge = self.in_progress(**content)
        self.fund(challenge)
        return self.seen(challenge.id)

    def completed(self, **content: Any) -> ChallengeView:
        challenge = self.funded(**content)
        for milestone in challenge.milestones:
            self.approve(self.deliver(challenge, milestone.id))
        return self.seen(challenge.id)

    # --- steps

    def accept(self, application: ApplicationView) -> ApplicationView:
        return self.can.accept_application(AcceptApplication(application_id=application.id), self.challenger)

    def deliver(self, challenge: ChallengeView, milestone_id: str | None = None) -> SubmissionView:
        return self.can.submit_work(SubmitWork(challenge_id=challenge.id, notes="Done.", milestone_id=milestone_id), self.solver)

    def approve(self, submission: SubmissionView) -> SubmissionView:
        return self.can.approve_submission(ApproveSubmission(submission_id=submission.id), self.challenger)

    def seen(self, challenge_id: str) -> ChallengeView:
        return self.can.get_challenge(GetChallenge(challenge_id=challenge_id), self.challenger)

    # --- what payments tells

    def next_sequence(self) -> int:
        self._sequence += 1
        return self._sequence

    def fund(self, challenge: ChallengeView, *milestone_ids: str, sequence: int | None = None) -> None:
        ids = milestone_ids or tuple(milestone.id for milestone in challenge.milestones)
        event = EscrowFunded(**self._escrow(challenge), milestone_ids=ids, amount=euros(1000))
        self.can.record_funding(event, sequence or self.next_sequence())

    def release(self, challenge: ChallengeView, milestone_id: str, *, settled: bool = True, sequence: int | None = None) -> None:
        fee = Money(amount_minor=100, currency="EUR")
        net = Money(amount_minor=900, currency="EUR")
        event = FundsReleased(
            **self._escrow(challenge), milestone_id=milestone_id, gross=euros(1000), fee=fee, net=net, milestone_settled=settled
        )
        self.can.record_release(event, sequence or self.next_sequence())

    def refund(
        self, challenge: ChallengeView, milestone_id: str, *, settled: bool = True, released: bool = False, sequence: int | None = None
    ) -> None:
        event = FundsRefunded(
            **self._escrow(challenge),
            milestone_id=milestone_id,
            amount=euros(1000),
            reason="asked",
            milestone_settled=settled and not released,
            milestone_released=released,
        )
        self.can.record_refund(event, sequence or self.next_sequence())

    def _escrow(self, challenge: ChallengeView) -> dict[str, Any]:
        return {
            "escrow_id": self.escrow_id,
            "challenge_id": challenge.id,
            "challenge_title": challenge.title,
            "payer_id": self.challenger.user_id,
            "payee_id": self.solver.user_id,
        }


def new_challenge(**content: Any) -> CreateChallenge:
    wanted: dict[str, Any] = {
        "title": "Predict churn",
        "description": "<p>From <strong>our</strong> data.</p>",
        "category": Category.DATA,
        "difficulty": Difficulty.ADVANCED,
        "skills": ("python", "statistics"),
        "tags": ("churn",),
        "reward": FIXED,
        "deadline": START + timedelta(days=30),
    }
    return CreateChallenge(**wanted | content)


def new_application(challenge_id: str, budget: Price | None = None) -> SubmitApplication:
    return SubmitApplication(challenge_id=challenge_id, proposal="I can do this.", timeline_days=10, budget=budget or euros(50_000))
