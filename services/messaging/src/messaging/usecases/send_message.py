"""Say something in a conversation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.messaging.commands import SendMessage
from contracts.messaging.views import MessageView
from messaging.domain.conversation import Conversation
from messaging.domain.errors import ClientMessageIdReused, ConversationNotFound, EmailNotVerified
from messaging.usecases.ports import UnitOfWork
from messaging.usecases.show import message_sent, message_view


@dataclass(frozen=True, slots=True)
class SendMessageHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: SendMessage, principal: Principal) -> MessageView:
        """Add a message, or answer with the one this sender sent before under the same client_message_id.

        Raises:
            EmailNotVerified, ConversationNotFound.
            ClientMessageIdReused: the id belongs to another text.
        """
        if not principal.email_verified:
            raise EmailNotVerified
        with self.unit_of_work() as work:
            conversation = work.conversations.get(command.conversation_id)
            if conversation is None:
                raise ConversationNotFound
            conversation.participant(principal.user_id)
            sent = self._sent_before(work, command, principal) or self._send(work, conversation, command, principal)
            return work.answer(sent)

    def _sent_before(self, work: UnitOfWork, command: SendMessage, principal: Principal) -> MessageView | None:
        message = work.messages.sent_as(command.conversation_id, principal.user_id, command.client_message_id)
        if message is None:
            return None
        if message.text != command.text:
            raise ClientMessageIdReused
        return message_view(message)

    def _send(self, work: UnitOfWork, conversation: Conversation, command: SendMessage, principal: Principal) -> MessageView:
        conversation, message = conversation.say(
            self.new_id("message"), principal.user_id, command.client_message_id, command.text, at=self.now()
        )
        work.conversations.save(conversation)  # first: of two who write at once one stops here, before a number is used twice
        work.messages.add(message)
        work.emit(message_sent(conversation, message))
        return message_view(message)
