"""A challenge: what is asked, who may see it, and how it gets from draft to done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Unpack

from challenges.domain.content import Changes, Content
from challenges.domain.errors import (
    ChallengeClosed,
    ChallengeStale,
    DeadlinePassed,
    EscrowHeld,
    HasApplications,
    MilestoneAmbiguous,
    MilestoneNotFound,
    WrongState,
)
from challenges.domain.milestone import Milestone, MilestoneAction
from challenges.domain.rewards import NewId, planned_milestones, single_milestone
from challenges.domain.transitions import TransitionTable
from contracts.challenges.terms import CancelReason, Category, ChallengeStatus, Difficulty, Reward, Visibility
from contracts.errors import FieldError
from contracts.money import Price


class ChallengeAction(StrEnum):
    EDIT = "edit"
    DELETE = "delete"
    PUBLISH = "publish"
    APPLY = "apply"
    ACCEPT = "accept"
    WORK = "work"
    COMPLETE = "complete"
    REVIEW = "review"
    CANCEL = "cancel"
    LAPSE = "lapse"


CHALLENGE_TABLE = TransitionTable(
    {
        (ChallengeStatus.DRAFT, ChallengeAction.EDIT): ChallengeStatus.DRAFT,
        (ChallengeStatus.DRAFT, ChallengeAction.DELETE): ChallengeStatus.DRAFT,
        (ChallengeStatus.DRAFT, ChallengeAction.PUBLISH): ChallengeStatus.OPEN,
        (ChallengeStatus.OPEN, ChallengeAction.EDIT): ChallengeStatus.OPEN,
        (ChallengeStatus.OPEN, ChallengeAction.APPLY): ChallengeStatus.OPEN,
        (ChallengeStatus.OPEN, ChallengeAction.ACCEPT): ChallengeStatus.IN_PROGRESS,
        (ChallengeStatus.OPEN, ChallengeAction.CANCEL): ChallengeStatus.CANCELLED,
        (ChallengeStatus.OPEN, ChallengeAction.LAPSE): ChallengeStatus.CANCELLED,
        (ChallengeStatus.IN_PROGRESS, ChallengeAction.WORK): ChallengeStatus.IN_PROGRESS,
        (ChallengeStatus.IN_PROGRESS, ChallengeAction.COMPLETE): ChallengeStatus.COMPLETED,
        (ChallengeStatus.IN_PROGRESS, ChallengeAction.CANCEL): ChallengeStatus.CANCELLED,
        (ChallengeStatus.COMPLETED, ChallengeAction.REVIEW): ChallengeStatus.COMPLETED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """The aggregate. Every change gives a new value; `version` grows when it is saved.

    `applications_count` counts all that were ever submitted; `reviewed_by` those who wrote their review.
    """

    id: str
    version: int = 1
    status: ChallengeStatus = ChallengeStatus.DRAFT
    challenger_id: str
    title: str
    description: str
    category: Category
    difficulty: Difficulty
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reward: Reward
    milestones: tuple[Milestone, ...] = ()
    deadline: datetime
    visibility: Visibility = Visibility.PUBLIC
    invited_user_ids: tuple[str, ...] = ()
    applications_count: int = 0
    accepted_application_id: str | None = None
    solver_id: str | None = None
    cancel_reason: CancelReason | None = None
    cancelled_by: str | None = None
    reviewed_by: tuple[str, ...] = ()
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    completed_at: datetime | None = None

    @classmethod
    def draft(cls, challenge_id: str, challenger_id: str, *, at: datetime, new_id: NewId, **content: Unpack[Content]) -> Challenge:
        """Begin a challenge that its owner alone sees."""
        plan = planned_milestones(content["reward"], new_id)
        draft = cls(id=challenge_id, challenger_id=challenger_id, milestones=plan, created_at=at, updated_at=at, **content)
        return draft._without_repetition()

    # --- who may see it

    def visible_to(self, viewer_id: str | None) -> bool:
        """Drafts: the owner. Private ones: the owner, the invited and the accepted solver. The others: everybody."""
        if self.status is ChallengeStatus.DRAFT:
            return viewer_id == self.challenger_id
        if self.visibility is Visibility.PUBLIC:
            return True
        return self.has_party(viewer_id) or viewer_id in self.invited_user_ids

    def has_party(self, person_id: str | None) -> bool:
        return person_id is not None and person_id in (self.challenger_id, self.solver_id)

    def expect(self, version: int | None) -> None:
        """Refuse a change that was made from another version than this one; None expects nothing.

        Raises:
            ChallengeStale.
        """
        if version is not None and version != self.version:
            raise ChallengeStale

    # --- before the engagement

    def edit(self, changes: Changes, *, at: datetime, new_id: NewId) -> Challenge:
        """Change what is mentioned.

        Raises:
            WrongState, HasApplications, DeadlinePassed: an open one keeps its deadline in the future.
        """
        self._require(ChallengeAction.EDIT)
        if self.applications_count:
            raise HasApplications
        edited = replace(self, **changes, updated_at=at)._without_repetition()
        if self.status is ChallengeStatus.OPEN:
            edited._require_deadline_after(at)
        if edited.reward == self.reward:
            return edited
        return replace(edited, milestones=planned_milestones(edited.reward, new_id))

    def delete(self) -> None:
        """Check that it may be deleted: nobody but its owner has ever seen it.

        Raises:
            WrongState.
        """
        self._require(ChallengeAction.DELETE)

    def publish(self, at: datetime) -> Challenge:
        """Open it to applications.

        Raises:
            WrongState, DeadlinePassed.
        """
        status = self._require(ChallengeAction.PUBLISH)
        self._require_deadline_after(at)
        return replace(self, status=status, published_at=at, updated_at=at)

    def count_application(self, at: datetime) -> Challenge:
        """An application comes in.

        Raises:
            ChallengeClosed: it is not open, or its deadline has passed.
        """
        if not CHALLENGE_TABLE.allows(self.status, ChallengeAction.APPLY) or at >= self.deadline:
            raise ChallengeClosed
        return replace(self, applications_count=self.applications_count + 1, updated_at=at)

    def accept(self, application_id: str, solver_id: str, budget: Price, *, at: datetime, new_id: NewId) -> Challenge:
        """Begin the engagement: the milestones are agreed; a fixed or range reward becomes exactly one.

        Raises:
            ChallengeClosed: another solver was chosen, or it is not open for another reason.
        """
        status = CHALLENGE_TABLE.after(self.status, ChallengeAction.ACCEPT)
        if status is None:
            raise ChallengeClosed
        steps = self.milestones or single_milestone(self.reward, self.title, budget, new_id)
        return replace(
            self,
            status=status,
            milestones=tuple(step.agree() for step in steps),
            accepted_application_id=application_id,
            solver_id=solver_id,
            updated_at=at,
        )

    def cancel(self, reason: CancelReason, by: str, at: datetime) -> Challenge:
        """End it before all of it is done. Once work is in progress, only while no money is held; what was paid stays paid.

        Raises:
            WrongState, EscrowHeld.
        """
        status = self._require(ChallengeAction.CANCEL)
        if any(milestone.holds_money for milestone in self.milestones):
            raise EscrowHeld
        return replace(self, status=status, cancel_reason=reason, cancelled_by=by, updated_at=at)

    def undecided(self, window: timedelta, at: datetime) -> bool:
        """Whether it is open still although the time to choose somebody, `window` behind its deadline, is over."""
        return self.status is ChallengeStatus.OPEN and self.deadline <= at - window

    def lapse(self, at: datetime) -> Challenge:
        """End it because nobody was chosen in time: nobody's act.

        Raises:
            WrongState.
        """
        return replace(self, status=self._require(ChallengeAction.LAPSE), cancel_reason=CancelReason.NO_SUITABLE_APPLICANT, updated_at=at)

    # --- the engagement

    def milestone(self, milestone_id: str) -> Milestone:
        for milestone in self.milestones:
            if milestone.id == milestone_id:
                return milestone
        raise MilestoneNotFound

    def milestone_to_deliver(self, milestone_id: str | None) -> Milestone:
        """The milestone named, or the only one whose work is not approved yet.

        Raises:
            WrongState: nothing is in progress.
            MilestoneNotFound, MilestoneAmbiguous.
        """
        self._require(ChallengeAction.WORK)
        if milestone_id is not None:
            return self.milestone(milestone_id)
        unsettled = [milestone for milestone in self.milestones if not milestone.settled]
        if len(unsettled) != 1:
            raise MilestoneAmbiguous(fields=(FieldError(pointer="/milestone_id", detail="is needed here"),))
        return unsettled[0]

    def work(self, milestone: Milestone, at: datetime) -> Challenge:
        """Take over what work or money did to a milestone; when the last one is settled, the challenge is completed.

        Raises:
            WrongState: nothing is in progress.
        """
        self._require(ChallengeAction.WORK)
        changed = self.take_over(milestone, at)
        if not all(step.settled for step in changed.milestones):
            return changed
        status = changed._require(ChallengeAction.COMPLETE)
        return replace(changed, status=status, completed_at=at)

    def move_money(self, milestone_ids: tuple[str, ...], action: MilestoneAction, sequence: int, at: datetime) -> Challenge | None:
        """Apply an escrow report to its milestones, whatever state the challenge is in: money moves after the end, too.

        Returns None where the report cannot be true yet: one before it is still under way.

        Raises:
            MilestoneNotFound.
        """
        challenge = self
        for milestone_id in milestone_ids:
            milestone = challenge.milestone(milestone_id)
            moved = milestone.move_money(action, sequence)
            if moved is None:
                return None
            if moved == milestone:
                continue
            in_progress = CHALLENGE_TABLE.allows(challenge.status, ChallengeAction.WORK)
            challenge = challenge.work(moved, at) if in_progress else challenge.take_over(moved, at)
        return challenge

    def take_over(self, milestone: Milestone, at: datetime) -> Challenge:
        steps = tuple(milestone if step.id == milestone.id else step for step in self.milestones)
        return replace(self, milestones=steps, updated_at=at)

    def count_review(self, author_id: str) -> Challenge:
        """One side has written its review. (Not a change that readers see: `updated_at` stays.)

        Raises:
            WrongState: it is not completed.
        """
        self._require(ChallengeAction.REVIEW)
        return replace(self, reviewed_by=(*self.reviewed_by, author_id))

    # --- rules used above

    def _require(self, action: ChallengeAction) -> ChallengeStatus:
        status = CHALLENGE_TABLE.after(self.status, action)
        if status is None:
            raise WrongState(f"A challenge that is {self.status.replace('_', ' ')} does not allow this: {action}.")
        return status

    def _require_deadline_after(self, at: datetime) -> None:
        if self.deadline <= at:
            raise DeadlinePassed(fields=(FieldError(pointer="/deadline", detail="must lie in the future"),))

    def _without_repetition(self) -> Challenge:
        return replace(
            self,
            skills=tuple(dict.fromkeys(self.skills)),
            tags=tuple(dict.fromkeys(self.tags)),
            invited_user_ids=tuple(dict.fromkeys(self.invited_user_ids)),
        )
