"""An accepted application brings its two sides together."""

from messaging_fakes import FakeUnitOfWork

from contracts.messaging.events import ConversationOpened
from contracts.messaging.views import ConversationKind


def test_challenger_and_solver_find_an_empty_conversation(world):
    accepted = world.accepted()
    world.open_conversation(accepted)
    [shown] = world.list(world.solver).items
    assert shown == world.list(world.challenger).items[0]
    assert shown.kind is ConversationKind.ENGAGEMENT
    assert (shown.title, shown.challenge_id, shown.application_id) == ("Build engine 1", accepted.challenge_id, accepted.application_id)
    assert shown.participant_ids == (world.challenger, world.solver)
    assert (shown.last_seq, shown.last_message, shown.unread_count) == (0, None, 0)
    assert {mark.user_id: mark.seq for mark in shown.read_marks} == {world.challenger: 0, world.solver: 0}
    assert not world.list(world.outsider).items


def test_an_application_has_one_conversation_however_often_it_is_told(world):
    world.open_conversation(world.accepted())
    world.open_conversation(world.accepted())
    assert len(world.memory.conversations) == len(world.events(ConversationOpened)) == 1


def test_others_are_told_who_takes_part(world):
    conversation = world.opened()
    [opened] = world.events(ConversationOpened)
    assert (opened.conversation_id, opened.participant_ids) == (conversation, (world.challenger, world.solver))


def test_nobody_who_was_erased_is_brought_together(world, monkeypatch):
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {world.solver})
    world.open_conversation(world.accepted())
    assert world.memory.conversations == {}
