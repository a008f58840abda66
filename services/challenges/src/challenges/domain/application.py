"""An application: one solver's offer for one challenge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, Unpack

from challenges.domain.challenge import Challenge
from challenges.domain.errors import ApplicationNotPending, ApplicationStale, OwnChallenge
from challenges.domain.rewards import check_budget
from challenges.domain.transitions import TransitionTable
from contracts.challenges.terms import ApplicationStatus, FileRef, RejectReason, Reward
from contracts.money import Price


class ApplicationAction(StrEnum):
    EDIT = "edit"
    ACCEPT = "accept"
    REJECT = "reject"
    WITHDRAW = "withdraw"


APPLICATION_TABLE = TransitionTable(
    {
        (ApplicationStatus.PENDING, ApplicationAction.EDIT): ApplicationStatus.PENDING,
        (ApplicationStatus.PENDING, ApplicationAction.ACCEPT): ApplicationStatus.ACCEPTED,
        (ApplicationStatus.PENDING, ApplicationAction.REJECT): ApplicationStatus.REJECTED,
        (ApplicationStatus.PENDING, ApplicationAction.WITHDRAW): ApplicationStatus.WITHDRAWN,
    }
)


class Offer(TypedDict):
    """What the applicant writes."""

    proposal: str
    timeline_days: int
    budget: Price
    attachments: tuple[FileRef, ...]


class OfferChanges(TypedDict, total=False):
    """The part of the offer that an edit mentions."""

    proposal: str
    timeline_days: int
    budget: Price
    attachments: tuple[FileRef, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The aggregate. It carries the challenge's title, owner and reward: they are fixed once somebody has applied."""

    id: str
    version: int = 1
    challenge_id: str
    challenge_title: str
    challenger_id: str
    applicant_id: str
    status: ApplicationStatus = ApplicationStatus.PENDING
    proposal: str
    timeline_days: int
    budget: Price
    attachments: tuple[FileRef, ...] = ()
    reject_reason: RejectReason | None = None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def to(cls, challenge: Challenge, application_id: str, applicant_id: str, *, at: datetime, **offer: Unpack[Offer]) -> Application:
        """Apply to a challenge.

        Raises:
            OwnChallenge, BudgetCurrency, BudgetOutOfBounds.
        """
        if applicant_id == challenge.challenger_id:
            raise OwnChallenge
        check_budget(challenge.reward, offer["budget"])
        return cls(
            id=application_id,
            challenge_id=challenge.id,
            challenge_title=challenge.title,
            challenger_id=challenge.challenger_id,
            applicant_id=applicant_id,
            created_at=at,
            updated_at=at,
            **offer,
        )

    def visible_to(self, viewer_id: str) -> bool:
        return viewer_id in (self.challenger_id, self.applicant_id)

    def expect(self, version: int | None) -> None:
        """Refuse a change that was made from another version than this one; None expects nothing.

        Raises:
            ApplicationStale.
        """
        if version is not None and version != self.version:
            raise ApplicationStale

    def edit(self, changes: OfferChanges, reward: Reward, at: datetime) -> Application:
        """Change what is mentioned.

        Raises:
            ApplicationNotPending, BudgetCurrency, BudgetOutOfBounds.
        """
        edited = replace(self._become(ApplicationAction.EDIT, at), **changes)
        check_budget(reward, edited.budget)
        return edited

    def accept(self, at: datetime) -> Application:
        return self._become(ApplicationAction.ACCEPT, at)

    def reject(self, reason: RejectReason, at: datetime) -> Application:
        return replace(self._become(ApplicationAction.REJECT, at), reject_reason=reason)

    def withdraw(self, at: datetime) -> Application:
        return self._become(ApplicationAction.WITHDRAW, at)

    def _become(self, action: ApplicationAction, at: datetime) -> Application:
        status = APPLICATION_TABLE.after(self.status, action)
        if status is None:
            raise ApplicationNotPending
        return replace(self, status=status, updated_at=at)
