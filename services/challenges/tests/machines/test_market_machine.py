"""Whatever people and payments do in whatever order, the promises of this service hold (Hypothesis, stateful)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

from challenges_fakes import FakeDatabase
from challenges_market import DECISION_WINDOW, FIXED, RANGE, TWO_STEPS, Market, euros, new_application, new_challenge, person
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chassis.principal import Principal
from chassis.retry import NotYet
from contracts.challenges.commands import (
    AcceptApplication,
    ApproveSubmission,
    CancelChallenge,
    EditChallenge,
    PublishChallenge,
    RejectApplication,
    RequestChanges,
    SubmitWork,
    WithdrawApplication,
    WriteReview,
)
from contracts.challenges.events import ApplicationRejected, ChallengeUpdated, ReviewPublished
from contracts.challenges.terms import ApplicationStatus, CancelReason, ChallengeStatus, MilestoneStatus, SubmissionStatus
from contracts.errors import DomainError
from contracts.identity.roles import Role

SOLVERS = 3
DONE = frozenset({MilestoneStatus.APPROVED, MilestoneStatus.RELEASED})
solver = st.integers(0, SOLVERS - 1)
pick = st.integers(0, 50)
stages = st.sampled_from(["open", "funded", "delivered", "completed"])


class MarketMachine(RuleBasedStateMachine):
    """One challenge, three solvers, and payments. Refusals are fine; broken promises are not."""

    def __init__(self) -> None:
        super().__init__()
        self.market = Market()
        self.solvers = [person(Role.SOLVER) for _ in range(SOLVERS)]

    @property
    def database(self) -> FakeDatabase:
        return self.market.database

    @initialize(reward=st.sampled_from([FIXED, RANGE, TWO_STEPS]), applicants=st.integers(1, SOLVERS), stage=stages)
    def begin(self, reward: object, applicants: int, stage: str) -> None:
        self.id = self.market.can.create_challenge(new_challenge(reward=reward), self.market.challenger).id
        self.market.can.publish_challenge(PublishChallenge(challenge_id=self.id), self.market.challenger)
        for who in range(applicants):
            self.apply(who)
        if stage != "open":  # most of what can go wrong lies behind the acceptance
            self.accept(0)
            self.fund_all()
        if stage == "delivered":
            self.deliver(0, 0, honest=True)
        if stage == "completed":
            for which in range(len(self.market.seen(self.id).milestones)):
                self.deliver(0, which, honest=True)
                self.decide(which, approve=True)

    @rule(who=solver)
    def apply(self, who: int) -> None:
        self.attempt(lambda: self.market.can.submit_application(new_application(self.id, euros(30_000)), self.solvers[who]))

    @rule()
    def edit(self) -> None:
        self.attempt(lambda: self.market.can.edit_challenge(EditChallenge(challenge_id=self.id, title="Other"), self.market.challenger))

    @rule(which=pick)
    def accept(self, which: int) -> None:
        if application_id := self.one_of(self.database.applications.rows, which):
            command = AcceptApplication(application_id=application_id)
            self.attempt(lambda: self.market.can.accept_application(command, self.market.challenger))

    @rule(which=pick)
    def reject(self, which: int) -> None:
        if application_id := self.one_of(self.database.applications.rows, which):
            command = RejectApplication(application_id=application_id)
            self.attempt(lambda: self.market.can.reject_application(command, self.market.challenger))

    @rule(which=pick)
    def withdraw(self, which: int) -> None:
        if application_id := self.one_of(self.database.applications.rows, which):
            applicant = self.person(self.database.applications.rows[application_id].applicant_id)
            command = WithdrawApplication(application_id=application_id)
            self.attempt(lambda: self.market.can.withdraw_application(command, applicant))

    @rule(sure=st.integers(0, 9), by_solver=st.booleans())
    def cancel(self, sure: int, by_solver: bool) -> None:
        if sure:  # seldom: it ends everything
            return
        command = CancelChallenge(challenge_id=self.id, reason=CancelReason.OTHER)
        by = self.market.solver if by_solver else self.market.challenger
        self.attempt(lambda: self.market.can.cancel_challenge(command, by))

    @rule(which=pick, action=st.sampled_from(["fund", "release", "refund", "share out"]), late=st.integers(0, 3))
    def payments_tell(self, which: int, action: str, late: int) -> None:
        challenge = self.market.seen(self.id)
        if challenge.status is ChallengeStatus.OPEN or not challenge.milestones:
            return
        milestone_id = challenge.milestones[which % len(challenge.milestones)].id
        sequence = max(1, self.market.next_sequence() - late)
        if action == "fund":
            self.attempt(lambda: self.market.fund(challenge, milestone_id, sequence=sequence))
        elif action == "release":
            self.attempt(lambda: self.market.release(challenge, milestone_id, sequence=sequence))
        else:
            shared = action == "share out"
            self.attempt(lambda: self.market.refund(challenge, milestone_id, released=shared, sequence=sequence))

    @rule()
    def fund_all(self) -> None:
        challenge = self.market.seen(self.id)
        if challenge.solver_id:
            self.attempt(lambda: self.market.fund(challenge))

    @rule(who=solver, which=pick, honest=st.booleans())
    def deliver(self, who: int, which: int, honest: bool) -> None:
        challenge = self.market.seen(self.id)
        if challenge.milestones:
            by = self.person(challenge.solver_id) if honest and challenge.solver_id else self.solvers[who]
            milestone = challenge.milestones[which % len(challenge.milestones)]
            command = SubmitWork(challenge_id=self.id, notes="Done.", milestone_id=milestone.id)
            self.attempt(lambda: self.market.can.submit_work(command, by))

    @rule(which=pick, approve=st.booleans())
    def decide(self, which: int, approve: bool) -> None:
        if not (submission_id := self.one_of(self.database.submissions.rows, which)):
            return
        can, challenger = self.market.can, self.market.challenger
        if approve:
            self.attempt(lambda: can.approve_submission(ApproveSubmission(submission_id=submission_id), challenger))
        else:
            self.attempt(lambda: can.request_changes(RequestChanges(submission_id=submission_id, feedback="More."), challenger))

    @rule(who=st.integers(0, SOLVERS))
    def review(self, who: int) -> None:
        author = [*self.solvers, self.market.challenger][who]
        self.attempt(lambda: self.market.can.write_review(WriteReview(challenge_id=self.id, rating=3, text="Fair."), author))

    @precondition(lambda self: self.database.reviews.rows)
    @rule(days=st.integers(1, 9))
    def time_passes(self, days: int) -> None:
        self.market.clock.advance(timedelta(days=days))
        self.market.can.publish_due_reviews()

    @rule(days=st.integers(1, 40))
    def nobody_decides(self, days: int) -> None:
        self.market.clock.advance(timedelta(days=days))
        self.market.can.publish_due_reviews()
        self.market.can.lapse_challenges()

    # --- the promises

    @invariant()
    def nothing_waits_for_a_choice_for_ever(self) -> None:
        challenge = self.database.challenges.rows[self.id]
        assert not challenge.undecided(DECISION_WINDOW, self.market.clock.now())

    @invariant()
    def at_most_one_application_is_accepted_and_it_is_the_solvers(self) -> None:
        challenge = self.database.challenges.rows[self.id]
        accepted = [each for each in self.database.applications.rows.values() if each.status is ApplicationStatus.ACCEPTED]
        assert [(each.id, each.applicant_id) for each in accepted] == (
            [(challenge.accepted_application_id, challenge.solver_id)] if challenge.solver_id else []
        )

    @invariant()
    def nothing_is_pending_once_the_challenge_is_not_open(self) -> None:
        if self.database.challenges.rows[self.id].status is not ChallengeStatus.OPEN:
            assert self.database.applications.pending_to(self.id) == []

    @invariant()
    def each_rejection_is_told_once(self) -> None:
        told = [event.application_id for event in self.database.events if isinstance(event, ApplicationRejected)]
        rejected = [each.id for each in self.database.applications.rows.values() if each.status is ApplicationStatus.REJECTED]
        assert sorted(told) == sorted(rejected)

    @invariant()
    def completed_means_every_milestone_is_settled(self) -> None:
        for challenge in self.database.challenges.rows.values():
            settled = bool(challenge.milestones) and all(step.status in DONE for step in challenge.milestones)
            if challenge.status is ChallengeStatus.COMPLETED:
                assert settled
            if challenge.status is ChallengeStatus.IN_PROGRESS:
                assert not settled
        assert self.database.happened().count("ChallengeCompleted") == sum(
            each.status is ChallengeStatus.COMPLETED for each in self.database.challenges.rows.values()
        )

    @invariant()
    def what_a_milestone_waits_for_is_its_one_undecided_delivery(self) -> None:
        undecided = {each.id: each for each in self.database.submissions.rows.values() if each.status is SubmissionStatus.SUBMITTED}
        steps = [step for challenge in self.database.challenges.rows.values() for step in challenge.milestones]
        assert {step.awaiting for step in steps if step.awaiting} == set(undecided)
        for step in steps:
            delivered = [each.attempt for each in self.database.submissions.rows.values() if each.milestone_id == step.id]
            assert sorted(delivered) == list(range(1, step.attempts + 1))

    @invariant()
    def reviews_are_hidden_until_both_are_in_or_the_window_closed_and_told_once(self) -> None:
        reviews = list(self.database.reviews.rows.values())
        for review in reviews:
            due = len(reviews) == 2 or self.market.clock.now() >= review.window_closes_at
            assert (review.published_at is not None) == due
        told = [event.review_id for event in self.database.events if isinstance(event, ReviewPublished)]
        assert sorted(told) == sorted(review.id for review in reviews if review.published_at)

    @invariant()
    def the_last_update_told_is_what_readers_see(self) -> None:
        updates = [event.challenge for event in self.database.events if isinstance(event, ChallengeUpdated)]
        if updates:
            now = self.market.seen(self.id)
            seen = {"status", "title", "milestones", "solver_id", "accepted_application_id", "cancel_reason", "completed_at"}
            assert updates[-1].model_dump(include=seen) == now.model_dump(include=seen)

    # --- for the rules above

    @staticmethod
    def attempt(action: Callable[[], object]) -> None:
        with suppress(DomainError, NotYet):
            action()

    @staticmethod
    def one_of(rows: Mapping[str, object], which: int) -> str | None:
        ids = sorted(rows)
        return ids[which % len(ids)] if ids else None

    def person(self, user_id: str) -> Principal:
        return next(each for each in self.solvers if each.user_id == user_id)


MarketMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestMarket = MarketMachine.TestCase
