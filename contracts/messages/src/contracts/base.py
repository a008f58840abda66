"""The kinds of message: requests (commands and queries), views (their answers) and events (facts)."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Generic, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints

_WORD_START = re.compile(r"(?<!^)(?=[A-Z])")


def snake_case(name: str) -> str:
    """`SubmitApplication` → `submit_application`: the rule that ties a message class to its RPC method or event name."""
    return _WORD_START.sub("_", name).lower()


def _utc_milliseconds(moment: datetime) -> datetime:
    try:
        in_utc = moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside the calendar once in UTC") from None
    return in_utc.replace(microsecond=in_utc.microsecond // 1000 * 1000)


# An aware moment, held in UTC and cut to milliseconds (what MongoDB stores); RFC 3339 on the wire.
UtcDatetime = Annotated[AwareDatetime, AfterValidator(_utc_milliseconds)]

# U+0000 and the other C0 controls (tab and line ends apart) never belong in text that people read.
_PRINTABLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
# What ends a line, is invisible, or (Trojan Source, CVE-2021-42574) makes a line read otherwise than it stands.
_NOT_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


def _one_line(text: str) -> str:
    if _NOT_IN_A_LINE.search(text):
        raise ValueError("must be one line, without control characters")
    return text


Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=_PRINTABLE), AfterValidator(_one_line)]
Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=140, pattern=_PRINTABLE), AfterValidator(_one_line)
]
ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=_PRINTABLE)]
LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000, pattern=_PRINTABLE)]
Tag = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=40, pattern=_PRINTABLE),
    AfterValidator(_one_line),
]


class Message(BaseModel):
    """Anything that crosses a process boundary. Immutable; an undeclared field is a bug of the sender."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def received(cls, data: Any) -> Self:
        """Read what a peer sent, tolerantly: fields this version does not know are ignored at every depth.

        Raises:
            pydantic.ValidationError: what is known does not fit.
        """
        return cls.model_validate(data, extra="ignore")


class View(Message):
    """What a service shows of its state: the answer to a request."""

    follows_clock: ClassVar[bool] = False  # says something else at another moment, though its `version` stays


class Done(View):
    """The answer of a request that has nothing to tell."""


Answer = TypeVar("Answer", bound=View)
Item = TypeVar("Item", bound=View)


class Request(Message, Generic[Answer]):
    """What may be asked of a service: answered by one view, over RPC.

    `service` names the nameko service; the method is the class name in snake case. Serialise with
    `exclude_unset=True`: a PATCH tells "not mentioned" from "set to null" by it.
    """

    service: ClassVar[str]
    answer: ClassVar[type[View]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        for base in cls.__mro__[1:]:
            arguments = getattr(base, "__pydantic_generic_metadata__", {}).get("args", ())
            if arguments and isinstance(arguments[0], type):
                cls.answer = arguments[0]
                return

    @classmethod
    def method(cls) -> str:
        return snake_case(cls.__name__)

    def fingerprint(self) -> str:
        """A digest by which the same request is known again, for idempotency keys.

        Without secrets (the fields hidden from `repr`): a fast digest of a password, stored, would undo the slow one.
        """
        secrets = {name for name, field in type(self).model_fields.items() if not field.repr}
        return hashlib.sha256(self.model_dump_json(exclude_unset=True, exclude=secrets).encode()).hexdigest()


class Command(Request[Answer], Generic[Answer]):
    """A request that changes state. Carries an idempotency key in its call context where the client gave one."""


class Query(Request[Answer], Generic[Answer]):
    """A request that changes nothing; may be retried."""


class Event(Message):
    """A fact in the past tense, published by its owner after commit.

    The wire name is `<source>.<class name in snake case>.v<version>`. `subject_field` names the field that holds the
    aggregate's id: events of one subject carry a gap-free sequence.
    """

    source: ClassVar[str]
    version: ClassVar[int] = 1
    subject_field: ClassVar[str]
    public: ClassVar[bool] = False  # also published to partners on `openchance.public`, unless `for_partners` says no
    secret: ClassVar[bool] = False  # holds a credential: the outbox forgets the body once it is sent
    personal: ClassVar[frozenset[str]] = frozenset()  # fields that are encrypted on the way, with the key of the person it tells of

    @classmethod
    def type(cls) -> str:
        return f"{cls.source}.{snake_case(cls.__name__)}.v{cls.version}"

    def for_partners(self) -> bool:
        """Whether this very fact may go to partners: its type is public, and it tells of nothing private."""
        return self.public

    @classmethod
    def dataschema(cls) -> str:
        """The URI of the event's JSON Schema (CloudEvents attribute `dataschema`): the `$id` of the file in schemas/events."""
        return f"urn:openchance:event:{cls.type()}"

    @property
    def subject(self) -> str:
        return str(getattr(self, self.subject_field))
