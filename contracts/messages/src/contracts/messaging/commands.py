"""What may be asked of messaging that changes something."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.base import Command
from contracts.ids import ConversationId
from contracts.messaging.views import ConversationView, MessageView

ClientMessageId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
MessageText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$")
]


class SendMessage(Command[MessageView]):
    """Say something. The same `client_message_id` from the same sender is the same message: a resend answers with it."""

    service: ClassVar[str] = "messaging"
    conversation_id: ConversationId
    client_message_id: ClientMessageId
    text: MessageText


class MarkRead(Command[ConversationView]):
    """Everything up to `seq` is read; going back has no effect."""

    service: ClassVar[str] = "messaging"
    conversation_id: ConversationId
    seq: Annotated[int, Field(ge=0)]
