"""How payments refuses what is wanted of refunds that are sent by hand."""

from contracts.errors import DomainError, Kind


class RefundNotFound(DomainError):
    """There is no such refund."""

    kind = Kind.NOT_FOUND
    code = "payments.refund.not_found"


class RefundNotByHand(DomainError):
    """This refund is not to be sent by hand: it is done, or the processor has it."""

    kind = Kind.CONFLICT
    code = "payments.refund.not_by_hand"
