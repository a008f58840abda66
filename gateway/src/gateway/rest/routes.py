"""What a route is: everything the handler and the OpenAPI document need to know about it, declared once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Any

from contracts.base import Command, Done, Query, Request
from contracts.files import FileView
from gateway.settings import RateClass

_PARAMETER = re.compile(r"{(\w+)}")
EXPECTED_VERSION = "expected_version"  # comes from If-Match, never from a body


class Auth(Enum):
    """`NONE` takes no token; `OPTIONAL` verifies one that is given (the service decides what an anonymous caller may see)."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


@dataclass(frozen=True, slots=True)
class Route:
    """`path` names in braces the request's fields that come from the URL.

    `success`: the status, which unless given is 200, or 204 when the answer is `Done`. `location`: where a created thing
    is, with `{id}` from the answer. `idempotent`: honours Idempotency-Key. `search`: a GET with `q` asks this instead.
    `media_type`: the answer is a file of this type. `account`: the field that says which account is tried.
    `bounded`: costs so much that only so many strangers are let through at one time.
    `while_read_only`: goes on while the platform is read-only though it is no GET: a way in or out, or a read with a secret in its body.
    """

    method: str
    path: str
    request: type[Request[Any]]
    auth: Auth = Auth.REQUIRED
    rate: RateClass = RateClass.WRITE
    success: int = 0
    location: str | None = None
    idempotent: bool = False
    search: type[Request[Any]] | None = None
    media_type: str | None = None
    account: str = ""
    bounded: bool = False
    while_read_only: bool = False

    @property
    def status(self) -> int:
        return self.success or (204 if self.request.answer is Done else 200)

    @property
    def path_fields(self) -> frozenset[str]:
        return frozenset(_PARAMETER.findall(self.path))

    @property
    def pattern(self) -> str:
        """The path for aiohttp's router: whatever stands in an id's place is taken there, and refused by name if it is none."""
        return _PARAMETER.sub(r"{\1:[^/]+}", self.path)

    @property
    def has_body(self) -> bool:
        return self.method in ("POST", "PATCH", "PUT")

    @property
    def open_while_read_only(self) -> bool:
        """Whether it is served while the platform is read-only: reading, logging in, and what the staff does about it."""
        return self.while_read_only or self.method == "GET" or self.path.startswith("/v1/admin/")

    @property
    def takes_version(self) -> bool:
        """Whether If-Match means something here."""
        return EXPECTED_VERSION in self.request.model_fields

    @property
    def body_fields(self) -> frozenset[str]:
        """The fields a client may send, in the body or in the query string."""
        return frozenset(self.request.model_fields) - self.path_fields - {EXPECTED_VERSION}

    @property
    def group(self) -> str:
        return self.request.service

    @property
    def name(self) -> str:
        return self.request.method()


def read(path: str, request: type[Query[Any]], *, auth: Auth = Auth.REQUIRED, search: type[Query[Any]] | None = None) -> Route:
    """GET: changes nothing."""
    return Route("GET", path, request, auth, RateClass.READ, search=search)


def download(path: str, request: type[Query[FileView]], media_type: str, *, auth: Auth = Auth.REQUIRED) -> Route:
    """GET of a file that is made on demand."""
    return Route("GET", path, request, auth, RateClass.READ, media_type=media_type)


def create(path: str, request: type[Command[Any]], *, location: str | None = None) -> Route:
    """POST that makes a new thing: 201, and where it is."""
    return Route("POST", path, request, success=201, location=location, idempotent=True)


def act(path: str, request: type[Command[Any]]) -> Route:
    """POST that changes a thing that exists."""
    return Route("POST", path, request, idempotent=True)


def change(method: str, path: str, request: type[Command[Any]]) -> Route:
    """PATCH, PUT, DELETE: idempotent or guarded by If-Match."""
    return Route(method, path, request)


def credential(
    path: str,
    request: type[Command[Any]],
    *,
    rate: RateClass = RateClass.AUTH,
    success: int = 0,
    idempotent: bool = False,
    account: str = "",
    bounded: bool = False,
    while_read_only: bool = False,
) -> Route:
    """POST that works with a secret of its own instead of a token, and is limited strictly by address.

    Answers with tokens are never kept, so these routes mostly ignore Idempotency-Key.
    """
    return Route(
        "POST",
        path,
        request,
        Auth.NONE,
        rate,
        success=success,
        idempotent=idempotent,
        account=account,
        bounded=bounded,
        while_read_only=while_read_only,
    )


def secured(method: str, path: str, request: type[Command[Any]], *, success: int = 0, while_read_only: bool = False) -> Route:
    """What takes a token and a secret besides: limited strictly by address, and as its answers are never kept, no Idempotency-Key."""
    return Route(method, path, request, Auth.REQUIRED, RateClass.AUTH, success=success, while_read_only=while_read_only)
