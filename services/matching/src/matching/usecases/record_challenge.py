"""Keep a challenge as it was published or changed; tell the solvers whom a new one fits best."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.challenges.events import ChallengePublished, ChallengeUpdated
from contracts.matching.events import ChallengeMatched
from contracts.payments.entitlements import MATCHING_PRIORITY
from matching.domain.challenge import Challenge
from matching.domain.embedding import Embedding
from matching.domain.scoring import Fit
from matching.domain.solver import Solver
from matching.usecases.copies import content_of
from matching.usecases.embed import embedded
from matching.usecases.ports import Begin, Challenges, Embeddings, Entitled, Market, Now, UnitOfWork
from matching.usecases.ranking import CANDIDATES, best_solvers


@dataclass(frozen=True, slots=True)
class RecordChallengeHandler:
    unit_of_work: Begin
    challenges: Challenges  # outside the transaction
    embeddings: Embeddings
    market: Market
    tell_at_most: int
    tell_from_score: float
    entitled: Entitled
    now: Now

    def __call__(self, event: ChallengePublished | ChallengeUpdated, sequence: int) -> None:
        """`sequence` is the event's place among those of this challenge."""
        embedding = self._embedding(event, sequence)
        if isinstance(event, ChallengePublished):
            self.market.refresh()
        with self.unit_of_work() as work:
            if work.erased(event.challenge.challenger_id):
                return
            before = work.challenges.get(event.challenge_id)
            after = _told(before, event, embedding, sequence)
            if after != before:
                work.challenges.save(after)
            if isinstance(event, ChallengePublished) and after.takes_applications(self.now()) and self._owner_is_active(work, after):
                self._tell(work, after)

    def _embedding(self, event: ChallengePublished | ChallengeUpdated, sequence: int) -> Embedding | None:
        """Only an open challenge is worth the model's time: nobody looks for others by their meaning."""
        known = self.challenges.get(event.challenge_id)
        before = known.embedding if known else None
        if not _told(known, event, before, sequence).is_open:
            return before
        return embedded(self.embeddings, content_of(event.challenge).meaning, before)

    def _owner_is_active(self, work: UnitOfWork, challenge: Challenge) -> bool:
        owner = work.solvers.get(challenge.content.challenger_id)
        return owner is None or owner.standing.active_at(self.now())

    def _tell(self, work: UnitOfWork, challenge: Challenge) -> None:
        told = work.matches.told(challenge.id)
        for solver, fit in self._those_to_tell(challenge):
            if solver.id not in told and not work.erased(solver.id):
                work.matches.add(challenge.id, solver.id, fit.score)
                work.emit(
                    ChallengeMatched(challenge_id=challenge.id, challenge_title=challenge.content.title, user_id=solver.id, score=fit.score)
                )

    def _those_to_tell(self, challenge: Challenge) -> list[tuple[Solver, Fit]]:
        """The best few whom it fits; beyond them as many again whose plan gives them priority. Nobody loses a place to them."""
        candidates = self.market.solvers_near(challenge, CANDIDATES)
        fitting = [pair for pair in best_solvers(challenge, candidates, CANDIDATES) if pair[1].score >= self.tell_from_score]
        best, others = fitting[: self.tell_at_most], fitting[self.tell_at_most :]
        prior = self.entitled.holders(MATCHING_PRIORITY, [solver.id for solver, _ in others]) if others else frozenset()
        return best + [pair for pair in others if pair[0].id in prior][: self.tell_at_most]


def _told(before: Challenge | None, event: ChallengePublished | ChallengeUpdated, embedding: Embedding | None, sequence: int) -> Challenge:
    content, status = content_of(event.challenge), event.challenge.status
    if before is None:
        return Challenge(event.challenge_id, content, status, sequence, sequence, embedding)
    return before.told(content, status, embedding, sequence)
