"""Entity tags: a versioned view's `version` as ETag, If-None-Match on reads, If-Match on writes (RFC 9110, 8.8.3 and 13.1)."""

from __future__ import annotations

import re

from aiohttp import web

from contracts.base import View
from gateway.problems import malformed

CONDITIONAL = web.RequestKey("conditional", bool)  # the request carried If-Match: a stale version is then 412, not 409
_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST = re.compile(rf"^\s*{_TAG}(?:\s*,\s*{_TAG})*\s*$")
_VERSION = re.compile(r'^\s*"(0|[1-9][0-9]{0,9})"\s*$')


def tagged(kind: type[View]) -> bool:
    """Whether such views have an entity tag: those whose version tells all that they say, so none that changes by the clock."""
    return "version" in kind.model_fields and not kind.follows_clock


def etag(view: View) -> str | None:
    """The view's entity tag, if it has one."""
    return f'"{getattr(view, "version")}"' if tagged(type(view)) else None  # noqa: B009 - not every view has one


def unchanged(if_none_match: str | None, tag: str | None) -> bool:
    """Whether the client has this version: compared weakly, as caches and compression weaken tags.

    Raises:
        HttpProblem: 400, the header is malformed.
    """
    if if_none_match is None or tag is None:
        return False
    if if_none_match.strip() == "*":
        return True
    if not _LIST.match(if_none_match):
        raise malformed("gateway.if_none_match.malformed", "If-None-Match must be a list of entity tags or *.")
    return tag in re.findall(r'"[^"]*"', if_none_match)


def expected_version(if_match: str | None) -> int | None:
    """The version the client wants to change; None when any will do.

    Raises:
        HttpProblem: 400, not one tag as given out in ETag.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    if (found := _VERSION.match(if_match)) is None:
        raise malformed("gateway.if_match.malformed", 'If-Match must be * or one entity tag as given in ETag, such as "3".')
    return int(found[1])
