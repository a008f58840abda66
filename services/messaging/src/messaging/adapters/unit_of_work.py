"""One transaction over all that messaging keeps."""

from __future__ import annotations

from pymongo.client_session import ClientSession

from chassis.mongo import MongoUnitOfWork
from messaging.adapters.conversations import MongoConversations
from messaging.adapters.messages import MongoMessages
from messaging.usecases.ports import Conversations, Messages


class MessagingUnitOfWork(MongoUnitOfWork):
    """The port UnitOfWork."""

    conversations: Conversations
    messages: Messages

    def open(self, session: ClientSession) -> None:
        self.conversations = MongoConversations(session)
        self.messages = MongoMessages(session)
