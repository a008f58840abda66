"""Beginning a draft."""

import pytest
from challenges_market import TWO_STEPS, Market, new_challenge

from challenges.domain.errors import ChallengerRoleRequired, DescriptionEmpty
from contracts.challenges.terms import ChallengeStatus, MilestoneStatus


def test_a_draft_is_recorded_with_its_content_and_tells_nobody(market: Market) -> None:
    draft = market.can.create_challenge(new_challenge(), market.challenger)
    assert draft.status is ChallengeStatus.DRAFT
    assert (draft.title, draft.challenger_id, draft.version) == ("Predict churn", market.challenger.user_id, 1)
    assert draft.created_at == draft.updated_at == market.clock.now()
    assert market.seen(draft.id) == draft
    assert market.database.events == []


def test_the_answer_is_kept_for_a_repeated_call(market: Market) -> None:
    draft = market.can.create_challenge(new_challenge(), market.challenger)
    assert market.database.answers == [draft]


def test_the_steps_of_a_milestones_reward_are_planned(market: Market) -> None:
    draft = market.draft(reward=TWO_STEPS)
    assert [(step.title, step.amount.amount_minor, step.status) for step in draft.milestones] == [
        ("Design", 60_000, MilestoneStatus.PLANNED),
        ("Build", 40_000, MilestoneStatus.PLANNED),
    ]


def test_a_fixed_reward_has_no_steps_before_a_solver_is_chosen(market: Market) -> None:
    assert market.draft().milestones == ()


def test_what_is_said_twice_is_kept_once(market: Market) -> None:
    draft = market.draft(skills=("python", "sql", "python"), tags=("a", "a"))
    assert draft.skills == ("python", "sql")
    assert draft.tags == ("a",)


def test_only_a_challenger_posts(market: Market) -> None:
    with pytest.raises(ChallengerRoleRequired):
        market.can.create_challenge(new_challenge(), market.solver)
    assert market.database.challenges.rows == {}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<p>Hello <strong>you</strong></p>", "<p>Hello <strong>you</strong></p>"),
        ("<p onclick='steal()'>Hello</p>", "<p>Hello</p>"),
        ("before<script>steal()</script>after", "beforeafter"),
        ("<img src=x onerror=steal()>text", "text"),
        ('<a href="javascript:steal()">link</a>', '<a rel="noopener noreferrer nofollow">link</a>'),
        ('<a href="https://example.org/">link</a>', '<a href="https://example.org/" rel="noopener noreferrer nofollow">link</a>'),
        ("<iframe src='https://example.org'></iframe>text", "text"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
    ],
)
def test_the_description_keeps_safe_markup_alone(market: Market, written: str, kept: str) -> None:
    assert market.draft(description=written).description == kept


def test_a_description_of_unsafe_markup_alone_is_refused(market: Market) -> None:
    with pytest.raises(DescriptionEmpty) as refusal:
        market.draft(description="<script>steal()</script>")
    assert refusal.value.fields[0].pointer == "/description"
