"""Saying something."""

import pytest

from contracts.messaging.commands import SendMessage
from contracts.messaging.events import MessageSent
from messaging.domain.errors import ClientMessageIdReused, ConversationNotFound, EmailNotVerified


def test_messages_are_numbered_from_one_without_a_gap(world, conversation):
    sent = [world.say(conversation, sender) for sender in (world.challenger, world.solver, world.solver)]
    assert [message.seq for message in sent] == [1, 2, 3]
    assert [message.sender_id for message in sent] == [world.challenger, world.solver, world.solver]
    assert list(world.history(conversation, world.solver).items) == sent


def test_each_conversation_counts_for_itself(world, conversation):
    other = world.opened(application=2)
    assert [world.say(one, world.challenger).seq for one in (conversation, other, conversation)] == [1, 1, 2]


def test_everybody_concerned_is_told(world, conversation):
    message = world.say(conversation, world.solver, "It runs.")
    [sent] = world.events(MessageSent)
    assert (sent.message, sent.conversation_title) == (message, "Build engine 1")
    assert sent.participant_ids == (world.challenger, world.solver)


def test_a_resend_is_the_same_message(world, conversation):
    first = world.say(conversation, world.solver, "It runs.", as_="draft-1")
    world.say(conversation, world.challenger, "Well done.")
    assert world.say(conversation, world.solver, "It runs.", as_="draft-1") == first
    assert len(world.events(MessageSent)) == 2


def test_an_id_belongs_to_one_text(world, conversation):
    world.say(conversation, world.solver, "It runs.", as_="draft-1")
    with pytest.raises(ClientMessageIdReused) as refusal:
        world.say(conversation, world.solver, "It walks.", as_="draft-1")
    assert refusal.value.problem().fields[0].pointer == "/client_message_id"
    assert world.look(conversation, world.solver).last_seq == 1


def test_ids_of_different_senders_and_conversations_are_apart(world, conversation):
    other = world.opened(application=2)
    world.say(conversation, world.solver, "one", as_="draft-1")
    assert world.say(conversation, world.challenger, "two", as_="draft-1").seq == 2
    assert world.say(other, world.solver, "three", as_="draft-1").seq == 1


def test_for_an_outsider_the_conversation_does_not_exist(world, conversation):
    refusals = []
    for where in (conversation, "conversation_" + "7" * 26):
        with pytest.raises(ConversationNotFound) as refusal:
            world.say(where, world.outsider)
        refusals.append(refusal.value.problem())
    assert refusals[0] == refusals[1]
    assert not world.memory.messages


def test_a_verified_address_is_needed(world, conversation):
    command = SendMessage(conversation_id=conversation, client_message_id="draft-1", text="hello")
    with pytest.raises(EmailNotVerified):
        world.send_message(command, world.principal(world.solver, email_verified=False))
    assert not world.memory.messages
