"""How payments refuses what an escrow's people or its state forbid, beside `errors.py`."""

from contracts.errors import DomainError, FieldError, Kind


class PayeeGone(DomainError):
    """Who would be paid has left: nobody could be given this money."""

    kind = Kind.CONFLICT
    code = "payments.escrow.payee_gone"


class ReasonReserved(DomainError):
    """Freezes with this reason are lifted when a bank has decided: say what else is the matter."""

    kind = Kind.INVALID
    code = "payments.escrow.reason_reserved"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/reason", detail="stands for freezes by chargebacks"),))
