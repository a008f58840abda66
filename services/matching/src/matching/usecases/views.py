"""What matching shows."""

from __future__ import annotations

from contracts.matching import views
from contracts.money import Price
from matching.domain.challenge import Challenge
from matching.domain.scoring import Fit
from matching.domain.solver import Solver
from matching.domain.text import summary


def hit_view(challenge: Challenge, score: float) -> views.ChallengeHit:
    content = challenge.content
    return views.ChallengeHit(
        id=challenge.id,
        title=content.title,
        summary=summary(content.description),
        category=content.category,
        difficulty=content.difficulty,
        skills=content.skills,
        tags=content.tags,
        status=challenge.status,
        challenger_id=content.challenger_id,
        min_reward=Price(amount_minor=content.min_reward, currency=content.currency),
        max_reward=Price(amount_minor=content.max_reward, currency=content.currency),
        deadline=content.deadline,
        published_at=content.published_at,
        score=round(score, 4),
    )


def solver_match(solver: Solver, fit: Fit, *, featured: bool) -> views.SolverMatch:
    return views.SolverMatch(
        user_id=solver.id,
        display_name=solver.profile.display_name,
        headline=solver.profile.headline,
        featured=featured,
        score=fit.score,
        reasons=_reasons(fit),
        matched_skills=fit.matched_skills,
        missing_skills=fit.missing_skills,
    )


def challenge_match(challenge: Challenge, fit: Fit) -> views.ChallengeMatch:
    return views.ChallengeMatch(
        challenge=hit_view(challenge, fit.score),
        score=fit.score,
        reasons=_reasons(fit),
        matched_skills=fit.matched_skills,
        missing_skills=fit.missing_skills,
    )


def _reasons(fit: Fit) -> tuple[views.Reason, ...]:
    return tuple(views.Reason(feature=r.feature, value=r.value, contribution=r.contribution, text=r.text) for r in fit.reasons)
