"""How conversations become views and facts."""

from contracts.messaging.events import ConversationOpened, ConversationRead, MessageSent
from contracts.messaging.views import ConversationView, MessageView, ReadMark
from messaging.domain.conversation import Conversation, Message


def message_view(message: Message) -> MessageView:
    return MessageView(
        id=message.id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        client_message_id=message.client_message_id,
        sender_id=message.sender_id,
        text=message.text,
        sent_at=message.sent_at,
    )


def conversation_view(conversation: Conversation, viewer_id: str) -> ConversationView:
    """The conversation as this participant sees it."""
    return ConversationView(
        id=conversation.id,
        kind=conversation.kind,
        title=conversation.title,
        challenge_id=conversation.challenge_id,
        application_id=conversation.application_id,
        participant_ids=conversation.participant_ids,
        last_seq=conversation.last_seq,
        last_message=message_view(conversation.last_message) if conversation.last_message else None,
        unread_count=conversation.unread_by(viewer_id),
        read_marks=tuple(ReadMark(user_id=one.user_id, seq=one.read_seq) for one in conversation.participants),
        created_at=conversation.created_at,
        updated_at=conversation.active_at,
    )


def conversation_opened(conversation: Conversation) -> ConversationOpened:
    return ConversationOpened(
        conversation_id=conversation.id,
        participant_ids=conversation.participant_ids,
        kind=conversation.kind,
        title=conversation.title,
        challenge_id=conversation.challenge_id,
        application_id=conversation.application_id,
    )


def message_sent(conversation: Conversation, message: Message) -> MessageSent:
    return MessageSent(
        conversation_id=conversation.id,
        participant_ids=conversation.participant_ids,
        conversation_title=conversation.title,
        message=message_view(message),
    )


def conversation_read(conversation: Conversation, user_id: str) -> ConversationRead:
    return ConversationRead(
        conversation_id=conversation.id,
        participant_ids=conversation.participant_ids,
        user_id=user_id,
        seq=conversation.participant(user_id).read_seq,
    )
