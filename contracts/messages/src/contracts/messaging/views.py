"""What messaging shows of conversations and messages."""

from enum import StrEnum

from contracts.base import UtcDatetime, View
from contracts.ids import ApplicationId, ChallengeId, ConversationId, MessageId, UserId


class ConversationKind(StrEnum):
    ENGAGEMENT = "engagement"


class MessageView(View):
    id: MessageId
    conversation_id: ConversationId
    seq: int
    client_message_id: str
    sender_id: UserId
    text: str
    sent_at: UtcDatetime


class ReadMark(View):
    """How far a participant has read."""

    user_id: UserId
    seq: int


class ConversationView(View):
    """A conversation as one participant sees it; `last_seq` is 0 while it is empty."""

    id: ConversationId
    kind: ConversationKind
    title: str
    challenge_id: ChallengeId | None
    application_id: ApplicationId | None
    participant_ids: tuple[UserId, ...]
    last_seq: int
    last_message: MessageView | None
    unread_count: int
    read_marks: tuple[ReadMark, ...]
    created_at: UtcDatetime
    updated_at: UtcDatetime
