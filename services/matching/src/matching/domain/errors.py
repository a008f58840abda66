"""Why matching refuses a request."""

from typing import ClassVar

from contracts.errors import DomainError, Kind


class ChallengeNotFound(DomainError):
    """There is no such challenge, or it is not yours."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND
    code: ClassVar[str] = "matching.challenge.not_found"


class CurrencyRequired(DomainError):
    """An amount means nothing without its currency."""

    kind: ClassVar[Kind] = Kind.INVALID
    code: ClassVar[str] = "matching.filter.currency_required"
