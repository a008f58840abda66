"""How a request is refused: one shape, `Problem`, and the domain errors that become one."""

from enum import StrEnum
from typing import ClassVar

from contracts.base import View


class Kind(StrEnum):
    """What went wrong, in the terms a caller can act on. The gateway alone maps these to HTTP."""

    NOT_FOUND = "not_found"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    CONFLICT = "conflict"
    INVALID = "invalid"
    LIMITED = "limited"
    UNAVAILABLE = "unavailable"


class FieldError(View):
    """One field that was refused: a JSON pointer (RFC 6901) into the request and what is wrong with it."""

    pointer: str
    detail: str


class HoldsFor(StrEnum):
    """For whom a refusal holds, besides who got it: everybody at their address, whoever tries the account that they tried, or
    whoever asks the same and is vouched for by nothing.
    """

    ADDRESS = "address"
    ACCOUNT = "account"
    STRANGERS = "strangers"


class Problem(View):
    """The only error that crosses RPC. `code` is stable: clients switch on it; `detail` is for people.

    With `holds_for` the same is refused for `retry_after_s` whoever asks: nobody between need ask again.
    """

    kind: Kind
    code: str
    detail: str
    fields: tuple[FieldError, ...] = ()
    retry_after_s: int | None = None
    holds_for: HoldsFor | None = None


class DomainError(Exception):
    """A rule said no. Subclasses set `kind` and a stable `code` such as `challenges.challenge.closed`.

    What holds for a while sets `retry_after_s`, and `holds_for` where others than who got it need not ask either.
    """

    kind: ClassVar[Kind]
    code: ClassVar[str]
    detail: ClassVar[str] = ""
    retry_after_s: int | None = None
    holds_for: HoldsFor | None = None

    def __init__(self, detail: str | None = None, *, fields: tuple[FieldError, ...] = ()) -> None:
        self.message = detail or self.detail or (self.__doc__ or self.code).strip().splitlines()[0]
        self.fields = fields
        super().__init__(self.message)

    def problem(self) -> Problem:
        return Problem(
            kind=self.kind,
            code=self.code,
            detail=self.message,
            fields=self.fields,
            retry_after_s=self.retry_after_s,
            holds_for=self.holds_for,
        )


class ProblemError(Exception):
    """A peer answered with a problem: raised by RPC clients."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem = problem
