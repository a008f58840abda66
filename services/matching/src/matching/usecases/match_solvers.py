"""The best solvers for a challenge."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.matching.queries import MatchSolvers
from contracts.matching.views import SolverMatchesView
from contracts.payments.entitlements import PROFILE_FEATURED
from matching.domain.errors import ChallengeNotFound
from matching.usecases.ports import Challenges, Embeddings, Entitled, Market
from matching.usecases.ranking import CANDIDATES, best_solvers
from matching.usecases.views import solver_match


@dataclass(frozen=True, slots=True)
class MatchSolversHandler:
    challenges: Challenges
    market: Market
    embeddings: Embeddings
    entitled: Entitled

    def __call__(self, query: MatchSolvers, principal: Principal) -> SolverMatchesView:
        """Raises:
        ChallengeNotFound: it is not there, or not the caller's.
        """
        challenge = self.challenges.get(query.challenge_id)
        if challenge is None or challenge.content.challenger_id != principal.user_id:
            raise ChallengeNotFound
        self.market.refresh()
        best = best_solvers(challenge, self.market.solvers_near(challenge, CANDIDATES), query.limit)
        featured = self.entitled.holders(PROFILE_FEATURED, [solver.id for solver, _ in best])
        items = tuple(solver_match(solver, fit, featured=solver.id in featured) for solver, fit in best)
        return SolverMatchesView(challenge_id=challenge.id, model=self.embeddings.name, items=items)
