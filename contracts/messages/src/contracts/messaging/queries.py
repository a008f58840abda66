"""What may be asked of messaging that changes nothing."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from contracts.base import Query
from contracts.ids import ConversationId
from contracts.messaging.views import ConversationView, MessageView
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page

Seq = Annotated[int, Field(ge=0)]


class ListConversations(Query[Page[ConversationView]]):
    """One's own conversations, latest activity first."""

    service: ClassVar[str] = "messaging"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class GetConversation(Query[ConversationView]):
    service: ClassVar[str] = "messaging"
    conversation_id: ConversationId


class ListMessages(Query[Page[MessageView]]):
    """History by `seq`, ascending: after `after_seq`, or the ones just before `before_seq`; without either, the latest."""

    service: ClassVar[str] = "messaging"
    conversation_id: ConversationId
    after_seq: Seq | None = None
    before_seq: Seq | None = None
    limit: Limit = DEFAULT_LIMIT

    @model_validator(mode="after")
    def _one_direction(self) -> Self:
        if self.after_seq is not None and self.before_seq is not None:
            raise ValueError("name either after_seq or before_seq")
        return self
