"""The open challenges that fit a solver best."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.matching.queries import MatchChallenges
from contracts.matching.views import ChallengeMatch, ChallengeMatchesView
from matching.usecases.ports import Embeddings, Market, Now, Solvers
from matching.usecases.ranking import CANDIDATES, best_challenges
from matching.usecases.views import challenge_match


@dataclass(frozen=True, slots=True)
class MatchChallengesHandler:
    solvers: Solvers
    market: Market
    embeddings: Embeddings
    now: Now

    def __call__(self, query: MatchChallenges, principal: Principal) -> ChallengeMatchesView:
        """Nothing for somebody who does not solve; nothing whose deadline has passed."""
        return ChallengeMatchesView(user_id=principal.user_id, model=self.embeddings.name, items=self._items(query, principal))

    def _items(self, query: MatchChallenges, principal: Principal) -> tuple[ChallengeMatch, ...]:
        solver = self.solvers.get(principal.user_id)
        if solver is None or not solver.solves:
            return ()
        self.market.refresh()
        now = self.now()
        candidates = [pair for pair in self.market.challenges_near(solver, CANDIDATES) if pair[0].takes_applications(now)]
        return tuple(challenge_match(challenge, fit) for challenge, fit in best_challenges(solver, candidates, query.limit))
