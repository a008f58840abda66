"""Invitations to private challenges: what the invited are told, and who has been told of which challenge."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from contracts.challenges.events import ChallengePublished, ChallengeUpdated
from contracts.challenges.terms import ChallengeStatus, Visibility
from contracts.notifications.views import NotificationCategory as Category
from notifications.domain.facts import Fact, Words


def is_private(event: ChallengePublished | ChallengeUpdated) -> bool:
    return event.challenge.visibility is Visibility.PRIVATE


def challenge_invited(event: ChallengePublished | ChallengeUpdated) -> list[Fact]:
    """Everybody who may apply by invitation, while one can apply. Who invites themselves knows of it."""
    challenge = event.challenge
    if not is_private(event) or challenge.status is not ChallengeStatus.OPEN:
        return []
    words: Words = {"challenge": challenge.title, "until": challenge.deadline}
    invited = [person for person in dict.fromkeys(challenge.invited_user_ids) if person != challenge.challenger_id]
    return [Fact(person, Category.APPLICATIONS, "challenge_invited", words, f"/v1/challenges/{challenge.id}") for person in invited]


@dataclass(frozen=True, slots=True)
class Invitations:
    """Who has been told of one private challenge, and the sequence of its last event that was heeded. Version 0 is not stored yet."""

    challenge_id: str
    version: int = 0
    sequence: int = 0
    told_user_ids: frozenset[str] = frozenset()

    def news(self, event: ChallengePublished | ChallengeUpdated, sequence: int) -> list[Fact] | None:
        """Those who are to be told by this event; None where a newer one has told of the challenge as it is now."""
        if sequence < self.sequence:
            return None
        return [fact for fact in challenge_invited(event) if fact.recipient_id not in self.told_user_ids]

    def heeded(self, event: ChallengePublished | ChallengeUpdated, sequence: int, told: Iterable[str]) -> Invitations:
        """After these were told. It never opens again: once it is not open nobody needs to be remembered."""
        is_open = event.challenge.status is ChallengeStatus.OPEN
        return replace(self, sequence=sequence, told_user_ids=self.told_user_ids.union(told) if is_open else frozenset())
