"""The best of the candidates, the same ones whoever asks when."""

from __future__ import annotations

from collections.abc import Iterable

from matching.domain.challenge import Challenge
from matching.domain.scoring import Fit, fit
from matching.domain.solver import Solver

CANDIDATES = 300  # weighed in full; the market hands over the nearest


def best_solvers(challenge: Challenge, candidates: Iterable[tuple[Solver, float | None]], limit: int) -> list[tuple[Solver, Fit]]:
    """Solvers only, never the challenger, never one who may not see it: whatever the candidates are."""
    weighed = [(solver, fit(challenge, solver, cosine)) for solver, cosine in candidates if solver.solves and challenge.suits(solver.id)]
    return sorted(weighed, key=lambda pair: (-pair[1].score, pair[0].id))[:limit]


def best_challenges(solver: Solver, candidates: Iterable[tuple[Challenge, float | None]], limit: int) -> list[tuple[Challenge, Fit]]:
    """Open ones only, never one's own, never one that the solver may not see."""
    weighed = [
        (challenge, fit(challenge, solver, cosine)) for challenge, cosine in candidates if challenge.is_open and challenge.suits(solver.id)
    ]
    return sorted(weighed, key=lambda pair: (-pair[1].score, pair[0].id))[:limit]
