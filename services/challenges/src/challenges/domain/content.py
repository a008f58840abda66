"""What a challenger writes about a challenge, and what an edit of it mentions."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from contracts.challenges.terms import Category, Difficulty, Reward, Visibility


class Content(TypedDict):
    """What the challenger writes."""

    title: str
    description: str
    category: Category
    difficulty: Difficulty
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    reward: Reward
    deadline: datetime
    visibility: Visibility
    invited_user_ids: tuple[str, ...]


class Changes(TypedDict, total=False):
    """The part of the content that an edit mentions."""

    title: str
    description: str
    category: Category
    difficulty: Difficulty
    skills: tuple[str, ...]
    tags: tuple[str, ...]
    reward: Reward
    deadline: datetime
    visibility: Visibility
    invited_user_ids: tuple[str, ...]
