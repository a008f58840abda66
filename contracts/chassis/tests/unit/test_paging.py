"""Cursors survive the way to the client and back; nothing else gets in with them."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.paging import InvalidCursor, Key, after, decode_cursor, encode_cursor

moments = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)
letters = st.characters(exclude_categories=("Cs",))  # all that UTF-8 has, found out in no time
keys = (
    st.text(letters, max_size=40)
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | moments
)
SORT = [("created_at", -1), ("_id", -1)]


@given(st.lists(keys, min_size=1, max_size=4))
def test_a_cursor_gives_back_its_keys(given_keys: list[Key]) -> None:
    sort = [(f"field_{index}", 1) for index in range(len(given_keys))]
    cursor = encode_cursor(given_keys, sort)
    assert re.fullmatch(r"[A-Za-z0-9_-]+", cursor)
    back = decode_cursor(cursor, sort)
    assert back == given_keys
    assert [type(key) for key in back] == [type(key) for key in given_keys]


@given(st.text(letters, max_size=200))
def test_what_is_not_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor) as refused:
        decode_cursor(text, SORT)
    assert refused.value.problem().fields[0].pointer == "/cursor"


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = encode_cursor(["a", "b"], [("title", 1), ("_id", 1)])
    with pytest.raises(InvalidCursor):
        decode_cursor(cursor, SORT)


@pytest.mark.parametrize("smuggled", [{"$ne": None}, None, [{"$gt": ""}], [1, 2], [10**20], ["x"]])
def test_a_forged_cursor_brings_no_operators_into_a_query(smuggled: object) -> None:
    digest = orjson.loads(base64.urlsafe_b64decode(encode_cursor(["a", "b"], SORT) + "=="))[0]
    data = (
        orjson.dumps([digest, smuggled, "x"], option=orjson.OPT_NON_STR_KEYS)
        if smuggled != [10**20]
        else f'["{digest}",[{10**20}],"x"]'.encode()
    )
    with pytest.raises(InvalidCursor):
        decode_cursor(base64.urlsafe_b64encode(data).decode().rstrip("="), SORT)


@pytest.mark.parametrize("number", [2**63, 2**64 - 1])
def test_a_number_that_no_document_can_hold_is_refused(number: int) -> None:
    digest = orjson.loads(base64.urlsafe_b64decode(encode_cursor(["a", "b"], SORT) + "=="))[0]
    data = f'["{digest}",{number},"x"]'.encode()
    with pytest.raises(InvalidCursor):
        decode_cursor(base64.urlsafe_b64encode(data).decode().rstrip("="), SORT)


def test_one_key_needs_no_alternatives() -> None:
    assert after(["x"], [("_id", 1)]) == {"_id": {"$gt": "x"}}


def test_ties_go_on_by_the_next_key() -> None:
    assert after([5, "x"], [("age", -1), ("_id", 1)]) == {
        "age": {"$lte": 5},
        "$or": [{"age": {"$lt": 5}}, {"age": 5, "_id": {"$gt": "x"}}],
    }
