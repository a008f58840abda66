"""The only place where messaging's adapters meet its use cases."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.privacy.keeping import Keeper
from chassis.wiring import Resources
from messaging.adapters.conversations import MongoConversations
from messaging.adapters.messages import MongoMessages
from messaging.adapters.personal_data import personal_data
from messaging.adapters.unit_of_work import MessagingUnitOfWork
from messaging.settings import Settings
from messaging.usecases.get_conversation import GetConversationHandler
from messaging.usecases.list_conversations import ListConversationsHandler
from messaging.usecases.list_messages import ListMessagesHandler
from messaging.usecases.mark_read import MarkReadHandler
from messaging.usecases.open_conversation import OpenConversationHandler
from messaging.usecases.send_message import SendMessageHandler


@dataclass(frozen=True, slots=True)
class UseCases:
    """All that messaging can do."""

    open_conversation: OpenConversationHandler
    send_message: SendMessageHandler
    mark_read: MarkReadHandler
    get_conversation: GetConversationHandler
    list_conversations: ListConversationsHandler
    list_messages: ListMessagesHandler


def build(resources: Resources[Settings]) -> UseCases:
    store, new_id, now = resources.store, resources.new_id, resources.clock.now
    conversations, messages = MongoConversations(), MongoMessages()

    def unit_of_work() -> MessagingUnitOfWork:
        return MessagingUnitOfWork(store)

    return UseCases(
        open_conversation=OpenConversationHandler(unit_of_work, new_id, now),
        send_message=SendMessageHandler(unit_of_work, new_id, now),
        mark_read=MarkReadHandler(unit_of_work),
        get_conversation=GetConversationHandler(conversations),
        list_conversations=ListConversationsHandler(conversations),
        list_messages=ListMessagesHandler(conversations, messages),
    )


def build_privacy(resources: Resources[Settings]) -> Keeper:
    return personal_data(resources.store.database)
