"""Reading request bodies: JSON as RFC 8259 and I-JSON (RFC 7493) mean it, and nothing that two parsers could read differently."""

from __future__ import annotations

import json
from typing import Any

import orjson

from gateway.problems import HttpProblem, malformed

_MAX_DEPTH = 32


class _DuplicateName(ValueError):
    pass


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _DuplicateName
    return found


def read_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in `raw`.

    Raises:
        HttpProblem: 400: not JSON, not UTF-8, NaN or Infinity, a lone surrogate, a name twice in an object, too deep, not an object.
    """
    try:
        orjson.loads(raw)  # refuses NaN, Infinity, lone surrogates and bad UTF-8, which json.loads lets through
        read = json.loads(raw, object_pairs_hook=_object)  # sees names that come twice, which orjson does not
    except _DuplicateName:
        raise malformed("gateway.body.duplicate_name", "A name occurs twice in one JSON object.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise malformed("gateway.body.not_json", "The body is not valid JSON in UTF-8.") from None
    if not isinstance(read, dict):
        raise malformed("gateway.body.not_an_object", "The body must be a JSON object.")
    if _depth(read) > _MAX_DEPTH:
        raise _too_deep()
    return read


def _too_deep() -> HttpProblem:
    return malformed("gateway.body.too_deep", f"The body is nested deeper than {_MAX_DEPTH} levels.")


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level and deepest <= _MAX_DEPTH:
        deepest += 1
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, dict | list)
        ]
    return deepest
