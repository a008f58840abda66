"""What a service's `build` gets to make its use cases from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chassis.principal import PrincipalVerifier
from chassis.settings import ServiceSettings

if TYPE_CHECKING:
    from chassis.clock import Clock
    from chassis.mongo import Store

S = TypeVar("S", bound=ServiceSettings)


@dataclass(frozen=True, slots=True)
class Resources(Generic[S]):
    """Opened once per process by the runner."""

    settings: S
    store: Store
    clock: Clock
    new_id: Callable[[str], str]


@dataclass(slots=True)
class Runtime:
    """What the entrypoints of one process share: under `RUNTIME` in nameko's configuration."""

    resources: Resources[Any]
    verifier: PrincipalVerifier
    _built: dict[Callable[[Any], Any], Any] = field(default_factory=dict)

    def built(self, build: Callable[[Any], Any]) -> Any:
        """What `build` makes of the resources, made once."""
        if build not in self._built:
            self._built[build] = build(self.resources)
        return self._built[build]


RUNTIME = "runtime"
