"""How well a solver fits a challenge, and why."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.challenges.terms import Difficulty
from matching.domain.challenge import Challenge
from matching.domain.skills import split
from matching.domain.solver import Solver

WEIGHTS = {"meaning": 0.5, "skills": 0.35, "level": 0.15}
# Cosines of sentence models: about 0.1 for texts that have nothing to do with each other, 0.7 for texts that say the same.
_UNRELATED, _SAME = 0.1, 0.7
_RANK = {difficulty: rank for rank, difficulty in enumerate(Difficulty)}
_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Reason:
    """`value` in 0..1; `contribution` is its share of the score."""

    feature: str
    value: float
    contribution: float
    text: str


@dataclass(frozen=True, slots=True)
class Fit:
    """`score` in 0..1 is the sum of the contributions."""

    score: float
    reasons: tuple[Reason, ...]
    matched_skills: tuple[str, ...]
    missing_skills: tuple[str, ...]


def fit(challenge: Challenge, solver: Solver, cosine: float | None) -> Fit:
    """Weigh what is known; a feature nothing is known of is left out, and the others weigh the more. `cosine`: of the two texts."""
    matched, missing = split(challenge.content.skills, solver.profile.skills)
    features = [_meaning(cosine), _skills(matched, missing), _level(challenge, solver)]
    known = [feature for feature in features if feature is not None]
    total = sum(WEIGHTS[name] for name, _, _ in known) or 1.0
    reasons = tuple(
        Reason(name, round(value, _DIGITS), round(WEIGHTS[name] / total * value, _DIGITS), text)
        for name, value, text in sorted(known, key=lambda feature: (-WEIGHTS[feature[0]] * feature[1], feature[0]))
    )
    return Fit(round(sum(reason.contribution for reason in reasons), _DIGITS), reasons, matched, missing)


def _meaning(cosine: float | None) -> tuple[str, float, str] | None:
    if cosine is None:
        return None
    value = min(1.0, max(0.0, (cosine - _UNRELATED) / (_SAME - _UNRELATED)))
    how = "is close to" if value >= 0.6 else "has to do with" if value >= 0.25 else "has little to do with"
    return "meaning", value, f"The profile {how} what the challenge asks for."


def _skills(matched: tuple[str, ...], missing: tuple[str, ...]) -> tuple[str, float, str] | None:
    wanted = len(matched) + len(missing)
    if wanted == 0:
        return None
    names = f": {', '.join(matched)}" if matched else ""
    return "skills", len(matched) / wanted, f"{len(matched)} of {wanted} wanted skills{names}."


def _level(challenge: Challenge, solver: Solver) -> tuple[str, float, str] | None:
    if not solver.completed:
        return None
    hardest = max((difficulty for _, difficulty in solver.completed), key=lambda difficulty: _RANK[difficulty])
    short = max(0, _RANK[challenge.content.difficulty] - _RANK[hardest])
    count = len(solver.completed)
    finished = f"Has finished {count} challenge{'' if count == 1 else 's'}, at most {hardest.value}"
    text = f"{finished}; this one is {challenge.content.difficulty.value}."
    return "level", 1 - short / (len(_RANK) - 1), text
