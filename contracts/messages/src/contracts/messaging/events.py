"""Facts of messaging. The subject is the conversation."""

from typing import ClassVar

from contracts.base import Event
from contracts.ids import ApplicationId, ChallengeId, ConversationId, UserId
from contracts.messaging.views import ConversationKind, MessageView


class _ConversationFact(Event):
    source: ClassVar[str] = "messaging"
    subject_field: ClassVar[str] = "conversation_id"
    conversation_id: ConversationId
    participant_ids: tuple[UserId, ...]


class ConversationOpened(_ConversationFact):
    kind: ConversationKind
    title: str
    challenge_id: ChallengeId | None
    application_id: ApplicationId | None


class MessageSent(_ConversationFact):
    conversation_title: str
    message: MessageView


class ConversationRead(_ConversationFact):
    """A participant has read up to `seq`."""

    user_id: UserId
    seq: int
