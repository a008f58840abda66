"""How messaging refuses: every rule of this service that can say no, with its stable code."""

from contracts.errors import DomainError, FieldError, Kind


class ConversationNotFound(DomainError):
    """There is no such conversation, or you are not part of it."""

    kind = Kind.NOT_FOUND
    code = "messaging.conversation.not_found"


class EmailNotVerified(DomainError):
    """Verify your email address before you write to others."""

    kind = Kind.FORBIDDEN
    code = "messaging.email_not_verified"


class ClientMessageIdReused(DomainError):
    """You have sent another text with this client_message_id."""

    kind = Kind.CONFLICT
    code = "messaging.message.client_id_reused"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/client_message_id", detail="belongs to another text"),))


class NothingThereToRead(DomainError):
    """The conversation has no message with this number yet."""

    kind = Kind.INVALID
    code = "messaging.read_mark.beyond_last"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/seq", detail="is beyond the last message"),))
