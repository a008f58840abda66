"""Editing: drafts, and open challenges until somebody applies."""

from datetime import timedelta

import pytest
from challenges_market import FIXED, TWO_STEPS, Market

from challenges.domain.errors import (
    ChallengeNotFound,
    ChallengeStale,
    DeadlinePassed,
    DescriptionEmpty,
    FieldNotNullable,
    HasApplications,
    NotOwner,
    WrongState,
)
from chassis.ids import new_id
from contracts.challenges.commands import EditChallenge
from contracts.challenges.events import ChallengeUpdated
from contracts.challenges.terms import Visibility


def test_only_what_is_mentioned_changes(market: Market) -> None:
    draft = market.draft()
    market.clock.advance(timedelta(minutes=1))
    edited = market.can.edit_challenge(EditChallenge(challenge_id=draft.id, title="Predict returns"), market.challenger)
    assert edited == draft.model_copy(update={"title": "Predict returns", "version": 2, "updated_at": market.clock.now()})


def test_an_edited_description_is_cleaned(market: Market) -> None:
    draft = market.draft()
    edited = market.can.edit_challenge(EditChallenge(challenge_id=draft.id, description="a<script>b</script>"), market.challenger)
    assert edited.description == "a"
    with pytest.raises(DescriptionEmpty):
        market.can.edit_challenge(EditChallenge(challenge_id=draft.id, description="<script>b</script>"), market.challenger)


def test_another_reward_plans_other_steps_and_the_same_one_keeps_them(market: Market) -> None:
    draft = market.draft(reward=TWO_STEPS)
    same = market.can.edit_challenge(EditChallenge(challenge_id=draft.id, reward=TWO_STEPS), market.challenger)
    assert same.milestones == draft.milestones
    fixed = market.can.edit_challenge(EditChallenge(challenge_id=draft.id, reward=FIXED), market.challenger)
    assert fixed.milestones == ()


def test_readers_are_told_of_an_edit_of_an_open_challenge_but_not_of_a_draft(market: Market) -> None:
    challenge = market.draft()
    market.can.edit_challenge(EditChallenge(challenge_id=challenge.id, tags=("new",)), market.challenger)
    assert market.database.events == []
    challenge = market.open()
    edited = market.can.edit_challenge(EditChallenge(challenge_id=challenge.id, tags=("new",)), market.challenger)
    told = market.database.events[-1]
    assert isinstance(told, ChallengeUpdated)
    assert told.challenge == edited


def test_after_the_first_application_nothing_changes_whatever_version_is_named(market: Market) -> None:
    challenge = market.open()
    market.applied(challenge)
    before = market.seen(challenge.id)
    for version in (None, challenge.version, before.version):
        with pytest.raises(HasApplications) as refusal:
            market.can.edit_challenge(
                EditChallenge(challenge_id=challenge.id, title="Something else", expected_version=version), market.challenger
            )
        assert refusal.value.code == "challenges.challenge.has_applications"
    assert market.seen(challenge.id) == before


def test_an_edit_made_from_an_older_version_is_refused(market: Market) -> None:
    draft = market.draft()
    market.can.edit_challenge(EditChallenge(challenge_id=draft.id, title="First", expected_version=1), market.challenger)
    with pytest.raises(ChallengeStale) as refusal:
        market.can.edit_challenge(EditChallenge(challenge_id=draft.id, title="Second", expected_version=1), market.challenger)
    assert refusal.value.code == "challenges.challenge.stale"
    assert market.seen(draft.id).title == "First"


def test_null_is_no_value_of_these_fields(market: Market) -> None:
    draft = market.draft()
    with pytest.raises(FieldNotNullable) as refusal:
        market.can.edit_challenge(EditChallenge(challenge_id=draft.id, title=None, skills=None), market.challenger)
    assert [field.pointer for field in refusal.value.fields] == ["/skills", "/title"]


def test_the_deadline_of_an_open_challenge_stays_in_the_future(market: Market) -> None:
    challenge = market.open()
    with pytest.raises(DeadlinePassed):
        market.can.edit_challenge(EditChallenge(challenge_id=challenge.id, deadline=market.clock.now()), market.challenger)


def test_nobody_else_edits(market: Market) -> None:
    command = EditChallenge(challenge_id=market.open().id, title="Mine now")
    with pytest.raises(NotOwner):
        market.can.edit_challenge(command, market.outsider)


def test_others_learn_nothing_of_drafts_and_private_ones(market: Market) -> None:
    for challenge_id in (market.draft().id, market.open(visibility=Visibility.PRIVATE).id, new_id("challenge")):
        with pytest.raises(ChallengeNotFound):
            market.can.edit_challenge(EditChallenge(challenge_id=challenge_id, title="Mine now"), market.outsider)


def test_what_is_in_progress_cannot_be_edited(market: Market) -> None:
    challenge = market.in_progress()
    with pytest.raises(WrongState):
        market.can.edit_challenge(EditChallenge(challenge_id=challenge.id, title="Too late"), market.challenger)
