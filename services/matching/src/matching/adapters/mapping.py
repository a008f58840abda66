"""From documents to the domain and back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from contracts.challenges.terms import Category, ChallengeStatus, Difficulty
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from matching.adapters.documents import ChallengeDocument, CompletedDocument, EmbeddingDocument, SolverDocument, StandingDocument
from matching.domain.challenge import Challenge, Content
from matching.domain.embedding import Embedding
from matching.domain.solver import Profile, Solver
from matching.domain.standing import NOTHING_KNOWN, Standing
from matching.domain.text import words

PUBLIC = "public"


def visible_to(content: Content) -> list[str]:
    """Who finds it: everybody, or its owner and the invited."""
    return [PUBLIC] if content.public else sorted({content.challenger_id, *content.invited_user_ids})


def challenge_document(challenge: Challenge, changed_at: datetime) -> ChallengeDocument:
    content = challenge.content
    return ChallengeDocument(
        id=challenge.id,
        status=challenge.status,
        title=content.title,
        description=content.description,
        category=content.category,
        difficulty=content.difficulty,
        skills=list(content.skills),
        tags=list(content.tags),
        currency=content.currency,
        min_reward=content.min_reward,
        max_reward=content.max_reward,
        deadline=content.deadline,
        published_at=content.published_at,
        challenger_id=content.challenger_id,
        public=content.public,
        invited_user_ids=sorted(content.invited_user_ids),
        content_sequence=challenge.content_sequence,
        status_sequence=challenge.status_sequence,
        embedding=_embedding_document(challenge.embedding),
        words=" ".join(words(" ".join([content.title, *content.skills, *content.tags, content.description]))),
        visible_to=visible_to(content),
        changed_at=changed_at,
    )


def challenge_from(row: dict[str, Any]) -> Challenge:
    content = Content(
        title=row["title"],
        description=row.get("description", ""),
        category=Category(row["category"]),
        difficulty=Difficulty(row["difficulty"]),
        skills=tuple(row.get("skills", ())),
        tags=tuple(row.get("tags", ())),
        currency=row["currency"],
        min_reward=row["min_reward"],
        max_reward=row["max_reward"],
        deadline=row["deadline"],
        published_at=row["published_at"],
        challenger_id=row["challenger_id"],
        public=row["public"],
        invited_user_ids=frozenset(row.get("invited_user_ids", ())),
    )
    return Challenge(
        id=row["_id"],
        content=content,
        status=ChallengeStatus(row["status"]),
        content_sequence=row["content_sequence"],
        status_sequence=row["status_sequence"],
        embedding=_embedding_from(row),
        version=row["version"],
    )


def solver_document(solver: Solver, changed_at: datetime) -> SolverDocument:
    profile = solver.profile
    return SolverDocument(
        id=solver.id,
        display_name=profile.display_name,
        roles=sorted(profile.roles),
        headline=profile.headline,
        bio=profile.bio,
        skills=list(profile.skills),
        sequence=solver.sequence,
        embedding=_embedding_document(solver.embedding),
        completed=[CompletedDocument(challenge_id=challenge_id, difficulty=difficulty) for challenge_id, difficulty in solver.completed],
        standing=_standing_document(solver.standing),
        changed_at=changed_at,
    )


def solver_from(row: dict[str, Any]) -> Solver:
    profile = Profile(
        display_name=row["display_name"],
        roles=frozenset(Role(role) for role in row.get("roles", ())),
        headline=row.get("headline"),
        bio=row.get("bio"),
        skills=tuple(row.get("skills", ())),
    )
    return Solver(
        id=row["_id"],
        profile=profile,
        sequence=row["sequence"],
        embedding=_embedding_from(row),
        completed=tuple((item["challenge_id"], Difficulty(item["difficulty"])) for item in row.get("completed", ())),
        standing=standing_from(row),
        version=row["version"],
    )


def standing_from(row: dict[str, Any]) -> Standing:
    """The standing in a person's row."""
    stored = row.get("standing")
    return Standing(AccountStatus(stored["status"]), stored.get("until"), stored["sequence"]) if stored else NOTHING_KNOWN


def _standing_document(standing: Standing) -> StandingDocument | None:
    if standing == NOTHING_KNOWN:
        return None
    return StandingDocument(status=standing.status, until=standing.until, sequence=standing.sequence)


def _embedding_document(embedding: Embedding | None) -> EmbeddingDocument | None:
    if embedding is None:
        return None
    return EmbeddingDocument(model=embedding.model, fingerprint=embedding.fingerprint, vector=embedding.vector)


def _embedding_from(row: dict[str, Any]) -> Embedding | None:
    stored = row.get("embedding")
    return Embedding(stored["model"], stored["fingerprint"], bytes(stored["vector"])) if stored else None
