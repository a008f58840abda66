"""How payments refuses amounts that cannot be moved at all."""

from contracts.errors import DomainError, FieldError, Kind


class AmountNotPayable(DomainError):
    """Cards and banks do not move such amounts of this currency."""

    kind = Kind.INVALID
    code = "payments.amount.not_payable"

    def __init__(self, step: int, pointer: str) -> None:
        """`step` in minor units."""
        super().__init__(fields=(FieldError(pointer=pointer, detail=f"must be a multiple of {step}"),))


class EscrowTooLarge(DomainError):
    """One escrow takes in less than that, all its milestones together."""

    kind = Kind.INVALID
    code = "payments.escrow.too_large"
