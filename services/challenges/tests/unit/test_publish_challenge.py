"""Publishing, and deleting what was not published."""

from dataclasses import replace
from datetime import timedelta

import pytest
from challenges_market import START, Market, person

from challenges.domain.errors import (
    ChallengeNotFound,
    ChallengeStale,
    DeadlinePassed,
    EmailNotVerified,
    NotOwner,
    PublishingClosed,
    WrongState,
)
from contracts.base import Done
from contracts.challenges.commands import DeleteChallenge, PublishChallenge
from contracts.challenges.events import ChallengePublished
from contracts.challenges.terms import ChallengeStatus, Visibility
from contracts.identity.roles import Role


def test_a_published_challenge_is_open_and_told_whole(market: Market) -> None:
    draft = market.draft()
    challenge = market.can.publish_challenge(PublishChallenge(challenge_id=draft.id), market.challenger)
    assert challenge.status is ChallengeStatus.OPEN
    assert challenge.published_at == market.clock.now()
    (told,) = market.database.events
    assert isinstance(told, ChallengePublished)
    assert told.challenge == challenge
    assert told.subject == challenge.id


def test_a_private_one_names_the_invited(market: Market) -> None:
    market.open(visibility=Visibility.PRIVATE, invited_user_ids=(market.solver.user_id,))
    (told,) = market.database.events
    assert isinstance(told, ChallengePublished)
    assert told.challenge.invited_user_ids == (market.solver.user_id,)


@pytest.mark.parametrize("deadline", [START, START - timedelta(days=1)])
def test_the_deadline_must_lie_in_the_future(market: Market, deadline: object) -> None:
    draft = market.draft(deadline=deadline)
    with pytest.raises(DeadlinePassed) as refusal:
        market.can.publish_challenge(PublishChallenge(challenge_id=draft.id), market.challenger)
    assert refusal.value.fields[0].pointer == "/deadline"
    assert market.seen(draft.id).status is ChallengeStatus.DRAFT


def test_without_a_verified_address_nothing_is_published(market: Market) -> None:
    market.challenger = person(Role.CHALLENGER, email_verified=False)
    draft = market.draft()
    with pytest.raises(EmailNotVerified) as refusal:
        market.can.publish_challenge(PublishChallenge(challenge_id=draft.id), market.challenger)
    assert refusal.value.code == "challenges.email_not_verified"


def test_it_is_published_once(market: Market) -> None:
    challenge = market.open()
    with pytest.raises(WrongState):
        market.can.publish_challenge(PublishChallenge(challenge_id=challenge.id), market.challenger)
    assert market.database.happened() == ["ChallengePublished"]


def test_a_version_that_is_not_the_last_is_refused(market: Market) -> None:
    draft = market.draft()
    with pytest.raises(ChallengeStale):
        market.can.publish_challenge(PublishChallenge(challenge_id=draft.id, expected_version=2), market.challenger)


def test_a_draft_of_somebody_else_does_not_exist(market: Market) -> None:
    draft = market.draft()
    with pytest.raises(ChallengeNotFound):
        market.can.publish_challenge(PublishChallenge(challenge_id=draft.id), market.outsider)


def test_a_deleted_draft_is_gone(market: Market) -> None:
    draft = market.draft()
    assert market.can.delete_challenge(DeleteChallenge(challenge_id=draft.id), market.challenger) == Done()
    with pytest.raises(ChallengeNotFound):
        market.seen(draft.id)
    with pytest.raises(ChallengeNotFound):
        market.can.delete_challenge(DeleteChallenge(challenge_id=draft.id), market.challenger)
    assert market.database.events == []


def test_what_was_published_is_not_deleted(market: Market) -> None:
    challenge = market.open()
    with pytest.raises(WrongState):
        market.can.delete_challenge(DeleteChallenge(challenge_id=challenge.id), market.challenger)
    with pytest.raises(NotOwner):
        market.can.delete_challenge(DeleteChallenge(challenge_id=challenge.id), market.outsider)
    assert market.seen(challenge.id) == challenge


def test_a_draft_that_changed_is_not_deleted_by_an_older_version(market: Market) -> None:
    draft = market.draft()
    with pytest.raises(ChallengeStale):
        market.can.delete_challenge(DeleteChallenge(challenge_id=draft.id, expected_version=7), market.challenger)


def test_nothing_is_published_while_the_platform_says_no(market: Market) -> None:
    draft = market.draft()
    closed = replace(market.can.publish_challenge, publishing_open=lambda: False)
    with pytest.raises(PublishingClosed):
        closed(PublishChallenge(challenge_id=draft.id), market.challenger)
    assert market.database.events == []
