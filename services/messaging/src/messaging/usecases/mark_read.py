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
        sent_since = work.messages.count_sent(conversation.id, user_id, after_seq=seq) if seq < conversation.last_seq else 0
        conversation = conversation.read(user_id, seq, sent_since)
        work.conversations.save(conversation)
        work.emit(conversation_read(conversation, user_id))
        return conversation
