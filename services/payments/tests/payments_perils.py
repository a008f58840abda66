"""What may happen around a call to the processor: the process dies before it or after it, it is not heard, its answer is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from payments_fakes import CrashPoints

from payments.domain.errors import ProviderUnavailable


@dataclass
class Perils:
    """A processor behind which another does the work.

    `down` fails calls before they are made, `mute` after. `merciless`: every call that is made kills the process the first time
    before it, the second time after it, and only then is answered. `answering` runs between a call's effect and its answer.
    """

    processor: Any
    crashes: CrashPoints
    merciless: bool = False
    down: bool = False
    mute: bool = False
    answering: Callable[[], None] = lambda: None
    made: Counter[str] = field(default_factory=Counter)  # calls of each name that had an effect, or looked
    _times: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.processor, name)
        return lambda *args, **named: self._through(name, call, args, named)

    def _through(self, name: str, call: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        same = named.get("key") or f"{name}{args}{sorted(named.items())}"
        self._times[same] += 1
        self._may_die(f"before {name}", self._times[same] == 1)
        if self.down:
            raise ProviderUnavailable
        answer = call(*args, **named)
        self.made[name] += 1
        self._may_die(f"after {name}", self._times[same] == 2)
        if self.mute:
            raise ProviderUnavailable
        self.answering()
        return answer

    def _may_die(self, where: str, turn: bool) -> None:
        if self.merciless and turn:
            self.crashes.die(where)
        self.crashes.pass_by(where)
