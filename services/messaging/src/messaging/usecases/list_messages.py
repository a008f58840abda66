"""Read what was said."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.messaging.queries import ListMessages
from contracts.messaging.views import MessageView
from contracts.paging import Page
from messaging.domain.errors import ConversationNotFound
from messaging.domain.history import Stretch
from messaging.usecases.ports import Conversations, Messages
from messaging.usecases.show import message_view


@dataclass(frozen=True, slots=True)
class ListMessagesHandler:
    conversations: Conversations
    messages: Messages

    def __call__(self, query: ListMessages, principal: Principal) -> Page[MessageView]:
        """A stretch of the history, ascending. `next_cursor` is the seq to ask with next in the same direction.

        Raises:
            ConversationNotFound: it does not exist, or one takes no part.
        """
        conversation = self.conversations.get(query.conversation_id)
        if conversation is None:
            raise ConversationNotFound
        conversation.participant(principal.user_id)
        stretch = _stretch(query, conversation.last_seq)
        found = [] if stretch.empty else self.messages.stretch(conversation.id, stretch.first, stretch.last)
        return Page[MessageView](
            items=tuple(message_view(message) for message in found),
            next_cursor=None if stretch.more is None else str(stretch.more),
        )


def _stretch(query: ListMessages, last_seq: int) -> Stretch:
    if query.after_seq is not None:
        return Stretch.after(query.after_seq, last_seq, query.limit)
    before_seq = last_seq + 1 if query.before_seq is None else query.before_seq
    return Stretch.before(before_seq, last_seq, query.limit)
