"""A conversation: who takes part, the numbering of its messages and how far each has read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from contracts.messaging.views import ConversationKind
from messaging.domain.errors import ConversationNotFound, NothingThereToRead


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said. `seq` counts from 1 without a gap within its conversation."""

    id: str
    conversation_id: str
    seq: int
    sender_id: str
    client_message_id: str
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody who takes part: has read up to `read_seq`, and has sent `sent_since` messages after that one."""

    user_id: str
    read_seq: int = 0
    sent_since: int = 0


@dataclass(frozen=True, slots=True)
class Conversation:
    """Each change gives a new value whose `version` is one higher. `active_at` is when it was opened or last written to."""

    id: str
    version: int
    kind: ConversationKind
    title: str
    challenge_id: str | None
    application_id: str | None
    participants: tuple[Participant, ...]
    last_seq: int
    last_message: Message | None
    created_at: datetime
    active_at: datetime

    @property
    def participant_ids(self) -> tuple[str, ...]:
        return tuple(participant.user_id for participant in self.participants)

    def participant(self, user_id: str) -> Participant:
        """Raises:
        ConversationNotFound: for whoever takes no part it does not exist.
        """
        for participant in self.participants:
            if participant.user_id == user_id:
                return participant
        raise ConversationNotFound

    def unread_by(self, user_id: str) -> int:
        """How many messages of others lie after the read mark."""
        participant = self.participant(user_id)
        return self.last_seq - participant.read_seq - participant.sent_since

    def say(self, message_id: str, sender_id: str, client_message_id: str, text: str, at: datetime) -> tuple[Conversation, Message]:
        """The conversation with one more message, and that message.

        Raises:
            ConversationNotFound: the sender takes no part.
        """
        sender = self.participant(sender_id)
        message = Message(message_id, self.id, self.last_seq + 1, sender_id, client_message_id, text, sent_at=at)
        spoken = self._with(replace(sender, sent_since=sender.sent_since + 1))
        return replace(spoken, last_seq=message.seq, last_message=message, active_at=at), message

    def read(self, user_id: str, seq: int, sent_since: int) -> Conversation:
        """The conversation with the reader's mark moved on to `seq`; `sent_since` of the messages after it are their own.

        Raises:
            ConversationNotFound: the reader takes no part.
            NothingThereToRead: `seq` is beyond the last message.
        """
        reader = self.participant(user_id)
        if seq > self.last_seq:
            raise NothingThereToRead
        return self._with(replace(reader, read_seq=seq, sent_since=sent_since))

    def _with(self, changed: Participant) -> Conversation:
        participants = tuple(changed if one.user_id == changed.user_id else one for one in self.participants)
        return replace(self, participants=participants, version=self.version + 1)
