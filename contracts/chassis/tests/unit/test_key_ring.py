"""Whatever keeps identity from handing out a key that can be read is no fault of the event that needs it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, cast

import pytest

from chassis.ids import new_id
from chassis.key_ring import KeyRing, KeysAway
from chassis.person_keys import MasterKeys, PersonKey
from chassis.problems import unavailable
from chassis.rpc_caller import RpcCaller
from contracts.errors import ProblemError
from contracts.privacy.views import PersonKeyView

ADA = new_id("user")
MASTER = secrets.token_urlsafe(32)


def ring(answer: Callable[[Any], PersonKeyView]) -> KeyRing:
    return KeyRing(cast(RpcCaller, answer), MasterKeys(MASTER))


def away(_query: object) -> PersonKeyView:
    raise ProblemError(unavailable("identity"))


def broken(_query: object) -> PersonKeyView:
    raise RuntimeError("get_person_key failed: request 1")


def of_another_version(_query: object) -> PersonKeyView:
    return PersonKeyView.model_validate({"wrapping": "something"})


def wrapped_anew(_query: object) -> PersonKeyView:
    """With a master key that this process is not told yet."""
    other = MasterKeys(secrets.token_urlsafe(32))
    return PersonKeyView(wrapped=other.wrap(PersonKey.new(ADA)))


@pytest.mark.parametrize("answer", [away, broken, of_another_version, wrapped_anew])
def test_it_is_asked_again_later(answer: Callable[[Any], PersonKeyView]) -> None:
    with pytest.raises(KeysAway):
        ring(answer).of(ADA)


def test_a_key_is_asked_for_once_and_one_that_is_destroyed_is_none() -> None:
    key, asked = PersonKey.new(ADA), []

    def known(query: object) -> PersonKeyView:
        asked.append(query)
        return PersonKeyView(wrapped=MasterKeys(MASTER).wrap(key))

    keys = ring(known)
    assert [keys.of(ADA), keys.of(ADA)] == [key, key]
    assert len(asked) == 1
    assert ring(lambda _: PersonKeyView(wrapped=None)).of(ADA) is None
