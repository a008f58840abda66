"""Say how far one has read."""

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.messaging.commands import MarkRead
from contracts.messaging.views import ConversationView
from messaging.domain.conversation import Conversation
from messaging.domain.errors import ConversationNotFound
from messaging.usecases.ports import UnitOfWork
from messaging.usecases.show import conversation_read, conversation_view


@dataclass(frozen=True, slots=True)
class MarkReadHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, command: MarkRead, principal: Principal) -> ConversationView:
        """Move the reader's mark forward; back or in place has no effect.

        Raises:
            ConversationNotFound.
            NothingThereToRead: the conversation has no such message yet.
        """
        with self.unit_of_work() as work:
            conversation = work.conversations.get(command.conversation_id)
            if conversation is None:
                raise ConversationNotFound
            if command.seq > conversation.participant(principal.user_id).read_seq:
                conversation = self._read(work, conversation, principal.user_id, command.seq)
            return work.answer(conversation_view(conversation, principal.user_id))

    def _read(self, work: UnitOfWork, conversation: Conversation, user_id: str, seq: int) -> Conversation:
        conversation = conversation.read(user_id, seq, _sent_since(work, conversation, user_id, seq))
        work.conversations.save(conversation)
        work.emit(conversation_read(conversation, user_id))
        return conversation


def _sent_since(work: UnitOfWork, conversation: Conversation, user_id: str, seq: int) -> int:
    """How many of the messages behind `seq` are the reader's own.

    Counted on the shorter side of the new mark: who steps through a long conversation reads each message once, and not all that
    are left at every step. Both sides lie within what this transaction has read as the last number: a message that is sent at
    the same moment writes the same conversation, so that one of the two runs again.
    """
    reader = conversation.participant(user_id)
    if seq >= conversation.last_seq:
        return 0
    if seq - reader.read_seq <= conversation.last_seq - seq:
        return reader.sent_since - work.messages.count_sent(conversation.id, user_id, reader.read_seq, seq)
    return work.messages.count_sent(conversation.id, user_id, seq, conversation.last_seq)
