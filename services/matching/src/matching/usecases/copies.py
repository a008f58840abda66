"""Copies from other services' messages."""

from __future__ import annotations

from contracts.challenges.terms import FixedReward, RangeReward, Reward, Visibility
from contracts.challenges.views import ChallengeView
from contracts.identity.events import ProfileUpdated, UserRegistered
from matching.domain.challenge import Content
from matching.domain.solver import Profile
from matching.domain.text import plain


def content_of(view: ChallengeView) -> Content:
    currency, low, high = _rewards(view.reward)
    return Content(
        title=view.title,
        description=plain(view.description),
        category=view.category,
        difficulty=view.difficulty,
        skills=view.skills,
        tags=view.tags,
        currency=currency,
        min_reward=low,
        max_reward=high,
        deadline=view.deadline,
        published_at=view.published_at or view.updated_at,
        challenger_id=view.challenger_id,
        public=view.visibility is Visibility.PUBLIC,
        invited_user_ids=frozenset(view.invited_user_ids),
    )


def profile_of(event: UserRegistered | ProfileUpdated) -> Profile:
    if isinstance(event, UserRegistered):
        return Profile(event.display_name, frozenset(event.roles))
    return Profile(event.display_name, frozenset(event.roles), event.headline, event.bio, event.skills)


def _rewards(reward: Reward) -> tuple[str, int, int]:
    if isinstance(reward, FixedReward):
        return reward.amount.currency, reward.amount.amount_minor, reward.amount.amount_minor
    if isinstance(reward, RangeReward):
        return reward.min.currency, reward.min.amount_minor, reward.max.amount_minor
    total = sum(step.amount.amount_minor for step in reward.milestones)
    return reward.milestones[0].amount.currency, total, total
