"""Look through one's conversations."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.messaging.queries import ListConversations
from contracts.messaging.views import ConversationView
from contracts.paging import Page
from messaging.usecases.ports import Conversations
from messaging.usecases.show import conversation_view


@dataclass(frozen=True, slots=True)
class ListConversationsHandler:
    conversations: Conversations

    def __call__(self, query: ListConversations, principal: Principal) -> Page[ConversationView]:
        """One's own conversations, latest activity first.

        Raises:
            InvalidCursor.
        """
        found, next_cursor = self.conversations.page_of(principal.user_id, query.cursor, query.limit)
        items = tuple(conversation_view(conversation, principal.user_id) for conversation in found)
        return Page[ConversationView](items=items, next_cursor=next_cursor)
