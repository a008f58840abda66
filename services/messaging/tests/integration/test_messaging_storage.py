"""The promises of messaging's ports, kept by the fakes and by MongoDB alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import OperationFailure

from chassis.paging import InvalidCursor
from contracts.messaging.views import ConversationKind
from messaging.adapters.unit_of_work import MessagingUnitOfWork
from messaging.domain.conversation import Conversation, Message, Participant

NOW = datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
SIDES = (Participant("user_1"), Participant("user_2"))
TALK = Conversation(
    id="conversation_1",
    version=1,
    kind=ConversationKind.ENGAGEMENT,
    title="Engine",
    challenge_id="challenge_1",
    application_id="application_1",
    participants=SIDES,
    last_seq=0,
    last_message=None,
    created_at=NOW,
    active_at=NOW,
)


def said(talk, sender, text="hello", client_message_id=None):
    number = talk.last_seq + 1
    return talk.say(f"{talk.id}/{number}", sender, client_message_id or f"client-{number}", text, at=NOW + timedelta(seconds=number))


@pytest.fixture
def talk(storage):
    """A conversation in which the sides took turns, user_1 first, five messages in all."""
    talk = TALK
    with storage.unit_of_work() as work:
        work.conversations.add(talk)
    for number in range(5):
        talk, message = said(talk, f"user_{number % 2 + 1}")
        with storage.unit_of_work() as work:
            work.conversations.save(talk)
            work.messages.add(message)
    return talk


def test_a_conversation_comes_back_as_it_went(storage):
    other = replace(TALK, id="conversation_2", application_id=None, challenge_id=None)
    with storage.unit_of_work() as work:
        work.conversations.add(TALK)
        work.conversations.add(other)
    with storage.unit_of_work() as work:
        assert work.conversations.get(TALK.id) == work.conversations.of_application("application_1") == TALK
        assert work.conversations.get(other.id) == other
        assert work.conversations.get("conversation_3") is None
        assert work.conversations.of_application("application_2") is None


def test_an_application_has_one_conversation(storage, talk):
    with pytest.raises(storage.key_taken), storage.unit_of_work() as work:
        work.conversations.add(replace(TALK, id="conversation_2"))


def test_what_changes_is_kept(storage, talk):
    read = talk.read("user_2", 3, sent_since=1)
    with storage.unit_of_work() as work:
        assert work.conversations.get(talk.id) == talk
        work.conversations.save(read)
    with storage.unit_of_work() as work:
        assert work.conversations.get(talk.id) == read


def test_messages_are_found_by_their_numbers(storage, talk):
    with storage.unit_of_work() as work:
        assert [message.seq for message in work.messages.stretch(talk.id, 2, 4)] == [2, 3, 4]
        assert work.messages.stretch(talk.id, 5, 9) == [talk.last_message]
        assert work.messages.stretch("conversation_2", 1, 5) == []


def test_messages_are_found_by_what_their_sender_called_them(storage, talk):
    with storage.unit_of_work() as work:
        assert work.messages.sent_as(talk.id, "user_1", "client-5") == talk.last_message
        assert work.messages.sent_as(talk.id, "user_2", "client-5") is None
        assert work.messages.sent_as("conversation_2", "user_1", "client-5") is None


def test_a_senders_messages_are_counted_between_two_numbers(storage, talk):
    with storage.unit_of_work() as work:
        counted = {
            (first, last): work.messages.count_sent(talk.id, "user_1", first, last)
            for first, last in ((0, 5), (1, 5), (0, 4), (1, 2), (5, 5))
        }
    assert counted == {(0, 5): 3, (1, 5): 2, (0, 4): 2, (1, 2): 0, (5, 5): 0}


def test_of_a_mark_and_a_message_at_the_same_moment_one_runs_again(store):
    """So a reader's own messages are counted within the numbers that the conversation had when it was read, and none slips by."""
    with MessagingUnitOfWork(store) as work:
        work.conversations.add(TALK)
    for first, second in ((_read, _send), (_send, _read)):
        with pytest.raises(OperationFailure) as lost:
            _one_within_the_other(store, first, second)
        assert lost.value.has_error_label("TransientTransactionError")


def _one_within_the_other(store, first, second):
    with MessagingUnitOfWork(store) as late:
        talk = late.conversations.get(TALK.id)
        with MessagingUnitOfWork(store) as early:
            first(early, early.conversations.get(TALK.id))
        second(late, talk)


def _send(work, talk):
    talk, message = said(talk, "user_2")
    work.conversations.save(talk)
    work.messages.add(message)


def _read(work, talk):
    work.conversations.save(talk.read("user_2", talk.last_seq, sent_since=0))


@pytest.mark.parametrize("clash", [{"seq": 5}, {"client_message_id": "client-5"}])
def test_a_number_and_a_client_id_belong_to_one_message(storage, talk, clash):
    message = Message("message_x", talk.id, 6, "user_1", "client-6", "hello", NOW)
    with pytest.raises(storage.key_taken), storage.unit_of_work() as work:
        work.messages.add(replace(message, **clash))


def test_conversations_are_paged_by_activity(storage):
    talks = [
        replace(TALK, id=f"conversation_{number}", application_id=f"application_{number}", active_at=NOW + timedelta(seconds=number % 3))
        for number in range(7)
    ]
    foreign = replace(
        TALK, id="conversation_x", application_id="application_x", participants=(Participant("user_1"), Participant("user_3"))
    )
    with storage.unit_of_work() as work:
        for talk in (*talks, foreign):
            work.conversations.add(talk)
    found, cursor = [], None
    while True:
        with storage.unit_of_work() as work:
            page, cursor = work.conversations.page_of("user_2", cursor, limit=3)
        found += page
        if cursor is None:
            break
    assert found == sorted(talks, key=lambda talk: (talk.active_at, talk.id), reverse=True)


def test_a_damaged_cursor_is_refused(storage):
    with pytest.raises(InvalidCursor), storage.unit_of_work() as work:
        work.conversations.page_of("user_1", "damaged", limit=3)
