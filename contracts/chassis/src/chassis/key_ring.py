"""The keys of people as a reader of identity's events has them: asked of identity, remembered for a while, never stored."""

from __future__ import annotations

from typing import Any

from cachetools import TTLCache
from pydantic import ValidationError

from chassis.person_keys import MasterKeys, PersonKey, Unreadable
from chassis.rpc_caller import RpcCaller
from chassis.wiring import Resources
from contracts.errors import ProblemError
from contracts.privacy.queries import GetPersonKey

_KEPT_S = 300.0
_MOST = 10_000


class KeysAway(Exception):
    """Identity has no answer that can be read, so that an event cannot be read yet."""


class KeyRing:
    def __init__(self, call: RpcCaller, master: MasterKeys | None) -> None:
        self._call = call
        self._master = master
        self._known: TTLCache[str, PersonKey] = TTLCache(_MOST, _KEPT_S)

    def of(self, user_id: str) -> PersonKey | None:
        """None where it is destroyed.

        Raises:
            KeysAway: identity does not answer, or not with a key that can be read here: no fault of the event that needs it.
            RuntimeError: this service is not told the master key.
        """
        known = self._known.get(user_id)
        if known is not None:
            return known
        if self._master is None:
            raise RuntimeError("this service reads personal data but has no …_PERSONAL_DATA_KEYS")
        try:
            wrapped = self._call(GetPersonKey(user_id=user_id)).wrapped
        except (ProblemError, RuntimeError, ValidationError) as error:
            raise KeysAway(f"{type(error).__name__}: {error}") from error
        if wrapped is None:
            self.forget(user_id)
            return None
        try:
            key = self._master.unwrap(user_id, wrapped)
        except Unreadable as error:  # identity was told a new master key before this service was
            raise KeysAway(str(error)) from error
        self._known[user_id] = key
        return key

    def forget(self, user_id: str) -> None:
        self._known.pop(user_id, None)


def rpc_caller(resources: Resources[Any]) -> RpcCaller:
    """The one of this process: give it to `Runtime.built`."""
    return RpcCaller(resources.settings.amqp_url)


def key_ring(resources: Resources[Any]) -> KeyRing:
    """The one of this process: give it to `Runtime.built`."""
    keys = resources.settings.personal_data_keys
    return KeyRing(rpc_caller(resources), MasterKeys(keys.get_secret_value()) if keys is not None else None)
