"""How payments refuses what is asked about disputes."""

from contracts.errors import DomainError, FieldError, Kind


class DisputeNotFound(DomainError):
    """There is no such dispute, or it is not yours to see."""

    kind = Kind.NOT_FOUND
    code = "payments.dispute.not_found"


class NotTheRespondent(DomainError):
    """Only the other side may answer."""

    kind = Kind.FORBIDDEN
    code = "payments.dispute.not_respondent"


class NotTheOpener(DomainError):
    """Only whoever opened a dispute may withdraw it."""

    kind = Kind.FORBIDDEN
    code = "payments.dispute.not_opener"


class NotAMediator(DomainError):
    """Only a moderator, finance or an admin who is no party may do this."""

    kind = Kind.FORBIDDEN
    code = "payments.dispute.not_mediator"


class SameEyes(DomainError):
    """Somebody else has to agree."""

    kind = Kind.FORBIDDEN
    code = "payments.dispute.same_eyes"


class DisputeOver(DomainError):
    """This dispute is decided or withdrawn: nothing about it changes any more."""

    kind = Kind.CONFLICT
    code = "payments.dispute.over"


class WrongDisputeState(DomainError):
    """This is not what comes next in this dispute."""

    kind = Kind.CONFLICT
    code = "payments.dispute.wrong_state"


class NotYetAnswered(DomainError):
    """The other side has not answered, and still has time to."""

    kind = Kind.CONFLICT
    code = "payments.dispute.not_answered"


class DecisionNotWhole(DomainError):
    """A decision shares out all that is disputed."""

    kind = Kind.INVALID
    code = "payments.dispute.decision_not_whole"

    def __init__(self, amount: int) -> None:
        super().__init__(fields=(FieldError(pointer="/to_payee", detail=f"with to_payer it must add up to {amount}"),))
