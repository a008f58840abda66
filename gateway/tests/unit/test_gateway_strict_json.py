"""Bodies that two parsers could read differently are refused."""

from __future__ import annotations

import pytest

from gateway.problems import HttpProblem
from gateway.rest.strict_json import read_object


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"{", "gateway.body.not_json"),
        (b"{'a': 1}", "gateway.body.not_json"),
        (b'{"a": NaN}', "gateway.body.not_json"),
        (b'{"a": -Infinity}', "gateway.body.not_json"),
        (b'{"a": "\\ud800"}', "gateway.body.not_json"),
        (b'{"a": "\xff"}', "gateway.body.not_json"),
        (b'\xef\xbb\xbf{"a": 1}', "gateway.body.not_json"),
        (b'{"a": 1} {"a": 2}', "gateway.body.not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "gateway.body.not_json"),
        (b'{"a": 1, "a": 2}', "gateway.body.duplicate_name"),
        (b'{"a": [{"b": 1, "b": 2}]}', "gateway.body.duplicate_name"),
        (b"[]", "gateway.body.not_an_object"),
        (b"null", "gateway.body.not_an_object"),
        (b'"text"', "gateway.body.not_an_object"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "gateway.body.too_deep"),
        (b'{"a":' + b"[" * 900 + b"]" * 900 + b"}", "gateway.body.too_deep"),
    ],
)
def test_it_is_refused_as_malformed(raw: bytes, code: str) -> None:
    with pytest.raises(HttpProblem) as refused:
        read_object(raw)
    assert (refused.value.status, refused.value.code) == (400, code)


def test_absurd_depth_is_refused_too() -> None:
    with pytest.raises(HttpProblem) as refused:
        read_object(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
    assert refused.value.status == 400


def test_an_object_is_read_as_it_is() -> None:
    assert read_object('{"a": {"$ne": null}, "b": [1, 2.5, "ü"]}'.encode()) == {"a": {"$ne": None}, "b": [1, 2.5, "ü"]}


def test_the_deepest_body_allowed_is_read() -> None:
    assert read_object(b'{"a":' * 32 + b"1" + b"}" * 32)
