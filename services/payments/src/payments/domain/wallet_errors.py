"""How payments refuses what is wanted of saved payment methods."""

from contracts.errors import DomainError, FieldError, Kind


class PaymentMethodNotFound(DomainError):
    """You have no such payment method."""

    kind = Kind.NOT_FOUND
    code = "payments.payment_method.not_found"


class PaymentMethodRefused(DomainError):
    """This payment method cannot be used."""

    kind = Kind.INVALID
    code = "payments.payment_method.refused"

    def __init__(self, code: str) -> None:
        """`code` is the processor's, such as `card_declined`."""
        super().__init__(fields=(FieldError(pointer="/payment_method", detail=code),))


class TooManyPaymentMethods(DomainError):
    """Remove a payment method first: no more can be kept."""

    kind = Kind.CONFLICT
    code = "payments.payment_method.too_many"
