"""How a service declares what it answers to: `@rpc`, `@on_event`, `@timer` and its use cases.

The annotations of a method say all there is to say; what does not fit is refused when the service is imported.
"""

from __future__ import annotations

from chassis import green  # noqa: F401 - before nameko imports eventlet

# isort: split
import inspect
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from nameko.extensions import DependencyProvider, Entrypoint, register_entrypoint

from chassis.events import EventEntrypoint
from chassis.principal import Principal
from chassis.rpc import Caller, RpcEntrypoint, RpcMethod
from chassis.timers import TimerEntrypoint
from chassis.wiring import RUNTIME, Runtime
from contracts.base import Event, Request, View, snake_case

__all__ = ["UseCasesProvider", "on_event", "rpc", "timer"]

Method = TypeVar("Method", bound=Callable[..., Any])


def rpc(method: Method) -> Method:
    """Answer a request: `def submit_application(self, command: SubmitApplication, principal: Principal) -> ApplicationView`.

    `principal: Principal` asks for somebody logged in, `Principal | None` lets anybody in, no such parameter asks nothing.

    Raises:
        TypeError: at import, when names or annotations do not fit the request.
    """
    hints = _parameters(method)
    caller = _caller(hints.pop("principal"), method) if "principal" in hints else Caller.UNASKED
    request = _only_parameter(hints, method, Request)
    answer = typing.get_type_hints(method).get("return")
    if method.__name__ != request.method():
        raise TypeError(f"{method.__qualname__} answers {request.__name__}: it must be called {request.method()}")
    if not (isinstance(answer, type) and issubclass(answer, View) and answer is request.answer):
        raise TypeError(f"{method.__qualname__} must return {request.answer.__name__}, the answer of {request.__name__}")

    def check(owner: type) -> None:
        if getattr(owner, "name", None) != request.service:
            raise TypeError(f"{request.__name__} belongs to the service {request.service!r}, not to {owner.__name__}")

    return _declared(method, RpcEntrypoint(RpcMethod(request, caller)), check)


def on_event(method: Method) -> Method:
    """Handle an event: `def on_escrow_funded(self, event: EscrowFunded) -> None`, from a queue of this handler's own.

    Raises:
        TypeError: at import, when the name does not fit the event.
    """
    event = _only_parameter(_parameters(method), method, Event)
    expected = f"on_{snake_case(event.__name__)}"
    if method.__name__ != expected:
        raise TypeError(f"{method.__qualname__} handles {event.__name__}: it must be called {expected}")
    return _declared(method, EventEntrypoint(event))


def timer(*, seconds: float) -> Callable[[Method], Method]:
    """Run a method every `seconds` of real time, in every replica at once; it never runs twice at once in one process."""
    if seconds <= 0:
        raise TypeError("a timer needs a positive interval")
    return lambda method: _declared(method, TimerEntrypoint(seconds))


class UseCasesProvider(DependencyProvider):  # type: ignore[misc]  # nameko publishes no types
    """The use cases that `build` makes of the process's resources: built once, shared by its service classes."""

    def __init__(self, build: Callable[[Any], Any]) -> None:
        self._build = build
        self._use_cases: Any = None

    def setup(self) -> None:
        runtime: Runtime = self.container.config[RUNTIME]
        self._use_cases = runtime.built(self._build)

    def get_dependency(self, _worker_ctx: Any) -> Any:
        return self._use_cases


def _parameters(method: Callable[..., Any]) -> dict[str, Any]:
    """The annotations of all parameters but `self`; None where there is none."""
    hints = typing.get_type_hints(method)
    return {name: hints.get(name) for name in list(inspect.signature(method).parameters)[1:]}


def _caller(hint: Any, method: Callable[..., Any]) -> Caller:
    if hint is Principal:
        return Caller.REQUIRED
    if hint == Principal | None:
        return Caller.OPTIONAL
    raise TypeError(f"{method.__qualname__}: principal is a Principal, or a Principal | None")


def _only_parameter(hints: dict[str, Any], method: Callable[..., Any], kind: type[Any]) -> Any:
    if len(hints) == 1:
        (hint,) = hints.values()
        if isinstance(hint, type) and issubclass(hint, kind):
            return hint
    raise TypeError(f"{method.__qualname__} takes one {kind.__name__.lower()}, with its type annotated")


class _Declaration:
    """Stands for a method until its class is made, where the class can be checked too; then gives way to the method."""

    def __init__(self, method: Callable[..., Any], check: Callable[[type], None]) -> None:
        self._method = method
        self._check = check

    def __set_name__(self, owner: type, name: str) -> None:
        self._check(owner)
        setattr(owner, name, self._method)


def _declared(method: Method, entrypoint: Entrypoint, check: Callable[[type], None] = lambda _: None) -> Method:
    register_entrypoint(method, entrypoint)
    return typing.cast(Method, _Declaration(method, check))
