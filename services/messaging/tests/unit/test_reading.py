"""Read marks, unread counts and the history."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from messaging_fakes import FakeMessages

from contracts.messaging.events import ConversationRead
from messaging.domain.errors import ConversationNotFound, NothingThereToRead

NOWHERE = "conversation_" + "7" * 26


def unread(world, conversation):
    return [world.look(conversation, person).unread_count for person in (world.challenger, world.solver)]


def test_what_others_said_is_unread_and_what_one_said_is_not(world, conversation):
    for sender in (world.challenger, world.challenger, world.solver):
        world.say(conversation, sender)
    assert unread(world, conversation) == [1, 2]


def test_reading_to_the_end_leaves_nothing(world, conversation):
    for sender in (world.challenger, world.solver, world.challenger):
        world.say(conversation, sender)
    shown = world.mark(conversation, world.solver, 3)
    assert shown.unread_count == 0
    assert {mark.user_id: mark.seq for mark in shown.read_marks} == {world.challenger: 0, world.solver: 3}


def test_reading_half_way_leaves_the_rest_of_the_others(world, conversation):
    for sender in (world.challenger, world.solver, world.challenger, world.solver, world.challenger):
        world.say(conversation, sender)
    assert world.mark(conversation, world.solver, 1).unread_count == 2
    world.say(conversation, world.challenger)
    assert world.look(conversation, world.solver).unread_count == 3


def test_others_are_told_how_far_one_has_read(world, conversation):
    world.say(conversation, world.challenger)
    world.mark(conversation, world.solver, 1)
    [read] = world.events(ConversationRead)
    assert (read.user_id, read.seq, read.participant_ids) == (world.solver, 1, (world.challenger, world.solver))


def test_a_mark_never_goes_back(world, conversation):
    for _ in range(3):
        world.say(conversation, world.challenger)
    world.mark(conversation, world.solver, 3)
    assert world.mark(conversation, world.solver, 1) == world.mark(conversation, world.solver, 3)
    assert world.look(conversation, world.solver).unread_count == 0
    assert len(world.events(ConversationRead)) == 1


def test_what_is_not_there_cannot_be_read(world, conversation):
    world.say(conversation, world.challenger)
    with pytest.raises(NothingThereToRead) as refusal:
        world.mark(conversation, world.solver, 2)
    assert refusal.value.problem().fields[0].pointer == "/seq"


def test_an_outsider_finds_nothing(world, conversation):
    for where in (conversation, NOWHERE):
        for ask in (world.look, world.history, lambda one, person: world.mark(one, person, 0)):
            with pytest.raises(ConversationNotFound):
                ask(where, world.outsider)


@pytest.mark.parametrize(
    ("query", "seqs", "next_cursor"),
    [
        ({}, [4, 5, 6, 7], "4"),
        ({"after_seq": 0}, [1, 2, 3, 4], "4"),
        ({"after_seq": 4}, [5, 6, 7], None),
        ({"after_seq": 3}, [4, 5, 6, 7], None),
        ({"after_seq": 7}, [], None),
        ({"after_seq": 99}, [], None),
        ({"before_seq": 4}, [1, 2, 3], None),
        ({"before_seq": 6}, [2, 3, 4, 5], "2"),
        ({"before_seq": 99}, [4, 5, 6, 7], "4"),
        ({"before_seq": 1}, [], None),
        ({"before_seq": 0}, [], None),
    ],
)
def test_history_is_paged_both_ways(world, conversation, query, seqs, next_cursor):
    for _ in range(7):
        world.say(conversation, world.challenger)
    page = world.history(conversation, world.solver, limit=4, **query)
    assert ([message.seq for message in page.items], page.next_cursor) == (seqs, next_cursor)


def test_the_history_of_an_empty_conversation_is_empty(world, conversation):
    page = world.history(conversation, world.solver)
    assert (page.items, page.next_cursor) == ((), None)


def test_conversations_are_listed_by_their_latest_activity(world):
    conversations = [world.opened(application=number) for number in (1, 2, 3)]
    world.say(conversations[0], world.challenger)
    world.say(conversations[2], world.solver)
    world.mark(conversations[0], world.solver, 1)
    first = world.list(world.solver, limit=2)
    rest = world.list(world.solver, limit=2, cursor=first.next_cursor)
    assert [one.id for one in (*first.items, *rest.items)] == [conversations[2], conversations[0], conversations[1]]
    assert rest.next_cursor is None
    assert [one.unread_count for one in first.items] == [0, 0]
    assert [one.unread_count for one in world.list(world.challenger).items] == [1, 0, 0]


actions = st.one_of(
    st.tuples(st.just("say"), st.integers(0, 1), st.integers(0, 5)),
    st.tuples(st.just("mark"), st.integers(0, 1), st.integers(0, 12)),
)


@given(st.lists(actions, max_size=20))
def test_numbers_and_unread_counts_hold_after_any_history(new_world, history):
    """A model of plain lists beside the service: whoever says, resends or reads what in whatever order."""
    world = new_world()
    conversation = world.opened()
    people = (world.challenger, world.solver)
    said: list[tuple[int, int]] = []  # who, under which client id
    marks = [0, 0]
    for action, who, number in history:
        if action == "say":
            if (who, number) not in said:
                said.append((who, number))
            message = world.say(conversation, people[who], f"text {number}", as_=f"id-{number}")
            assert message.seq == said.index((who, number)) + 1
        elif number <= len(said):
            world.mark(conversation, people[who], number)
            marks[who] = max(marks[who], number)
        for viewer in (0, 1):
            shown = world.look(conversation, people[viewer])
            assert shown.last_seq == len(said)
            assert shown.unread_count == sum(sender != viewer for sender, _ in said[marks[viewer] :])
    page = world.history(conversation, people[0], after_seq=0, limit=100)
    assert [message.seq for message in page.items] == list(range(1, len(said) + 1))
    assert [(people.index(message.sender_id), message.client_message_id) for message in page.items] == [
        (who, f"id-{number}") for who, number in said
    ]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=1, max_size=20), st.lists(st.integers(1, 20), max_size=6))
def test_counting_before_and_behind_the_mark_comes_to_the_same(new_world, senders, marks):
    """What the mark passes is taken off, or what is left is counted anew: whichever is less to read."""
    world = new_world()
    conversation = world.opened()
    for sender in senders:
        world.say(conversation, (world.challenger, world.solver)[sender])
    last = len(senders)
    for seq in (min(mark, last) for mark in marks):
        with world.unit_of_work() as work:
            before = work.conversations.get(conversation).participant(world.solver)
            left = work.messages.count_sent(conversation, world.solver, seq, last)
            if seq > before.read_seq:
                assert before.sent_since - work.messages.count_sent(conversation, world.solver, before.read_seq, seq) == left
        world.mark(conversation, world.solver, seq)
        after = world.conversations.get(conversation).participant(world.solver)
        assert after.sent_since == sum(senders[after.read_seq :])


def test_whoever_reads_step_by_step_has_each_message_counted_once(world, conversation, monkeypatch):
    for number in range(30):
        world.say(conversation, (world.challenger, world.solver)[number % 2])
    spans, count_sent = [], FakeMessages.count_sent

    def counting(messages, conversation_id, sender_id, after_seq, up_to_seq):
        spans.append(up_to_seq - after_seq)
        return count_sent(messages, conversation_id, sender_id, after_seq, up_to_seq)

    monkeypatch.setattr(FakeMessages, "count_sent", counting)
    for seq in range(1, 31):
        assert world.mark(conversation, world.solver, seq).unread_count == (30 - seq) // 2
    assert sum(spans) <= 30
    world.mark(conversation, world.challenger, 28)
    assert spans[-1] == 2, "near the end it is less to read what is left"
