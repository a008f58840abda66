"""What events do to the copies, in whatever order they come."""

import itertools

import pytest
from matching_fakes import FakeUnitOfWork, about, challenge_view, profile, published, registered, updated

from chassis.ids import new_id
from chassis.retry import NotYet
from contracts.challenges.events import ApplicationAccepted, ChallengeCancelled, ChallengeCompleted
from contracts.challenges.terms import CancelReason, ChallengeStatus, Difficulty
from contracts.identity.roles import Role


def test_a_profile_is_embedded_once_for_a_text(world):
    user = new_id("user")
    world.record_profile(registered(user), 1)
    assert world.embeddings.asked == []
    world.record_profile(profile(user, headline="Data engineer"), 2)
    world.record_profile(profile(user, headline="Data engineer", display_name="Ada L."), 3)
    assert world.embeddings.asked == ["Data engineer. I build pipelines that load warehouses.. Skills: Python, SQL"]
    assert world.memory.solvers[user].profile.display_name == "Ada L."


def test_nobody_asks_what_a_challenger_can_do(world):
    world.record_profile(profile(roles=(Role.CHALLENGER,)), 1)
    assert world.embeddings.asked == []


def test_an_older_profile_changes_nothing(world):
    user = new_id("user")
    world.record_profile(profile(user, headline="New"), 3)
    world.record_profile(profile(user, headline="Old"), 2)
    world.record_profile(registered(user), 1)
    assert world.memory.solvers[user].profile.headline == "New"


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3, 4])))
def test_whatever_the_order_the_last_word_holds(world, order):
    view = challenge_view()
    accepted = ApplicationAccepted(**about(view), application_id=new_id("application"), solver_id=new_id("user"), milestones=())
    events = {
        1: (world.record_challenge, published(view)),
        2: (world.record_challenge, updated(view.model_copy(update={"title": "Second title"}))),
        3: (world.record_status, accepted),
        4: (
            world.record_status,
            ChallengeCancelled(**about(view), reason=CancelReason.OTHER, solver_id=None, previous_status=ChallengeStatus.IN_PROGRESS),
        ),
    }
    waiting = list(order)
    while waiting:  # as the retry tiers do
        sequence = waiting.pop(0)
        handler, event = events[sequence]
        try:
            handler(event, sequence)
        except NotYet:
            waiting.append(sequence)
    kept = world.memory.challenges[view.id]
    assert (kept.content.title, kept.status) == ("Second title", ChallengeStatus.CANCELLED)


def test_a_cancelled_draft_was_never_heard_of(world):
    view = challenge_view()
    cancelled = ChallengeCancelled(**about(view), reason=CancelReason.MISTAKE, solver_id=None, previous_status=ChallengeStatus.DRAFT)
    world.record_status(cancelled, 1)
    assert world.memory.challenges == {}


def test_completing_a_challenge_is_credited_once(world):
    view, user = challenge_view(difficulty=Difficulty.EXPERT), new_id("user")
    completed = ChallengeCompleted(**about(view), solver_id=user, completed_at=view.updated_at)
    world.record_challenge(published(view), 1)
    with pytest.raises(NotYet):
        world.record_status(completed, 5)
    assert world.memory.challenges[view.id].status is ChallengeStatus.OPEN
    world.record_profile(registered(user), 1)
    for _ in range(2):
        world.record_status(completed, 5)
    assert world.memory.solvers[user].completed == ((view.id, Difficulty.EXPERT),)
    assert world.memory.challenges[view.id].status is ChallengeStatus.COMPLETED
    world.record_profile(profile(user), 2)
    assert world.memory.solvers[user].completed == ((view.id, Difficulty.EXPERT),)


def test_the_text_of_a_challenge_is_plain(world):
    view = challenge_view(title="Logo", description="<p>Draw &amp; ship</p><ul><li>one</li><li>two</li></ul>", skills=())
    world.record_challenge(published(view), 1)
    assert world.embeddings.asked == ["Logo. Draw & ship one two"]


def test_old_events_bring_nobody_back(world, monkeypatch):
    user, view = new_id("user"), challenge_view()
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {user, view.challenger_id})
    world.record_profile(registered(user), 1)
    world.record_profile(profile(user), 2)
    world.record_challenge(published(view), 1)
    assert (world.memory.solvers, world.memory.challenges) == ({}, {})


def test_only_open_challenges_are_embedded(world):
    view, other = challenge_view(), challenge_view()
    world.record_challenge(published(view), 1)
    before = world.memory.challenges[view.id].embedding
    world.record_challenge(updated(view.model_copy(update={"status": ChallengeStatus.IN_PROGRESS, "title": "Second title"})), 2)
    world.record_challenge(updated(other.model_copy(update={"status": ChallengeStatus.CANCELLED})), 1)
    assert len(world.embeddings.asked) == 1
    assert world.memory.challenges[view.id].embedding == before
    assert world.memory.challenges[other.id].embedding is None
    world.record_challenge(updated(view.model_copy(update={"title": "Third title"})), 3)
    assert world.memory.challenges[view.id].embedding != before


def test_an_event_that_comes_after_the_end_is_not_embedded(world):
    view = challenge_view()
    world.record_challenge(updated(view.model_copy(update={"status": ChallengeStatus.CANCELLED})), 2)
    world.record_challenge(published(view), 1)
    assert world.embeddings.asked == []
