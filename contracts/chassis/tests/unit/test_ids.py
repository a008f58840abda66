"""TypeIDs follow their specification."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import decode_id, encode_id, new_id

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_letter = st.sampled_from(_LETTERS)
prefixes = _letter | st.builds("".join, st.tuples(_letter, st.text(_LETTERS + "_", max_size=61), _letter))


@given(prefixes, st.uuids())
def test_an_id_gives_back_its_prefix_and_uuid(prefix: str, uuid: UUID) -> None:
    assert decode_id(encode_id(prefix, uuid)) == (prefix, uuid)


@given(st.uuids(), st.uuids())
def test_ids_sort_as_their_uuids_do(one: UUID, other: UUID) -> None:
    assert (encode_id("user", one) < encode_id("user", other)) == (one.int < other.int)


@pytest.mark.parametrize(
    ("prefix", "uuid", "type_id"),
    [  # valid.yml of the specification, 0.3
        ("prefix", "01890a5d-ac96-774b-bcce-b302099a8057", "prefix_01h455vb4pex5vsknk084sn02q"),
        ("prefix", "0110c853-1d09-52d8-d73e-1194e95b5f19", "prefix_0123456789abcdefghjkmnpqrs"),
        ("prefix", "ffffffff-ffff-ffff-ffff-ffffffffffff", "prefix_7zzzzzzzzzzzzzzzzzzzzzzzzz"),
        ("pre_fix", "00000000-0000-0000-0000-000000000000", "pre_fix_00000000000000000000000000"),
    ],
)
def test_the_examples_of_the_specification(prefix: str, uuid: str, type_id: str) -> None:
    assert encode_id(prefix, UUID(uuid)) == type_id
    assert decode_id(type_id) == (prefix, UUID(uuid))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "user",
        "_01h455vb4pex5vsknk084sn02q",
        "User_01h455vb4pex5vsknk084sn02q",
        "user_01h455vb4pex5vsknk084sn02",
        "user_01h455vb4pex5vsknk084sn02q\n",
        "user_81h455vb4pex5vsknk084sn02q",  # more than 128 bits
        "user_01h455vb4pex5vsknk084sn0iq",  # i, l, o and u are not in the alphabet
        "user__01h455vb4pex5vsknk084sn02q",
    ],
)
def test_what_is_not_an_id_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a TypeID"):
        decode_id(text)


def test_new_ids_are_version_7_and_come_in_order() -> None:
    ids = [new_id("challenge") for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {decode_id(id)[1].version for id in ids} == {7}


def test_a_prefix_that_breaks_the_specification_is_refused() -> None:
    with pytest.raises(ValueError, match="prefix"):
        new_id("Challenge")
