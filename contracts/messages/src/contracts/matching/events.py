"""Facts of matching."""

from typing import ClassVar

from contracts.base import Event
from contracts.ids import ChallengeId, UserId


class ChallengeMatched(Event):
    """A new challenge fits a solver well; at most one for each pair."""

    source: ClassVar[str] = "matching"
    subject_field: ClassVar[str] = "challenge_id"
    challenge_id: ChallengeId
    challenge_title: str
    user_id: UserId
    score: float
