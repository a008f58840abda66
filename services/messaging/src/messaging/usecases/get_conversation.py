"""Look at one conversation."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.messaging.queries import GetConversation
from contracts.messaging.views import ConversationView
from messaging.domain.errors import ConversationNotFound
from messaging.usecases.ports import Conversations
from messaging.usecases.show import conversation_view


@dataclass(frozen=True, slots=True)
class GetConversationHandler:
    conversations: Conversations

    def __call__(self, query: GetConversation, principal: Principal) -> ConversationView:
        """The conversation as a participant sees it.

        Raises:
            ConversationNotFound: it does not exist, or one takes no part.
        """
        conversation = self.conversations.get(query.conversation_id)
        if conversation is None:
            raise ConversationNotFound
        return conversation_view(conversation, principal.user_id)
