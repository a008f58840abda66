"""What `@rpc`, `@on_event` and `@timer` refuse when a service is imported."""

from __future__ import annotations

from typing import Any

import pytest
from greeter.messages import Greet, Greeted, GreetingView
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from chassis.entrypoints import on_event, rpc, timer
from chassis.principal import Principal
from chassis.rpc import Caller, RpcEntrypoint
from contracts.base import Done


def _entrypoint(method: Any) -> Any:
    (entrypoint,) = getattr(method, ENTRYPOINT_EXTENSIONS_ATTR)
    return entrypoint


def test_a_declared_method_stays_an_ordinary_method() -> None:
    class Service:
        name = "greeter"

        @rpc
        def greet(self, query: Greet) -> GreetingView:
            return GreetingView(text=query.name)

    assert Service().greet(Greet(name="Ada")) == GreetingView(text="Ada")
    assert isinstance(_entrypoint(Service.greet), RpcEntrypoint)


def test_the_principal_parameter_says_who_may_call() -> None:
    class Service:
        name = "greeter"

        @rpc
        def greet(self, query: Greet, principal: Principal | None) -> GreetingView:
            raise NotImplementedError

    assert _entrypoint(Service.greet)._method.caller is Caller.OPTIONAL


def test_a_method_is_named_after_its_request() -> None:
    with pytest.raises(TypeError, match="must be called greet"):

        @rpc
        def say_hello(self: object, query: Greet) -> GreetingView:
            raise NotImplementedError


def test_a_method_returns_the_answer_of_its_request() -> None:
    with pytest.raises(TypeError, match="must return GreetingView"):

        @rpc
        def greet(self: object, query: Greet) -> Done:
            raise NotImplementedError


def test_a_request_is_answered_by_its_own_service() -> None:
    with pytest.raises((TypeError, RuntimeError)) as refusal:  # Python 3.11 wraps what a class body's hook raises

        class Service:
            name = "other"

            @rpc
            def greet(self, query: Greet) -> GreetingView:
                raise NotImplementedError

    assert "belongs to the service 'greeter'" in str(refusal.value.__cause__ or refusal.value)


def test_a_method_takes_one_typed_request() -> None:
    with pytest.raises(TypeError, match="takes one request"):

        @rpc
        def greet(self: object, query: dict) -> GreetingView:  # type: ignore[type-arg]
            raise NotImplementedError


def test_a_principal_has_the_type_principal() -> None:
    with pytest.raises(TypeError, match="principal is a Principal"):

        @rpc
        def greet(self: object, query: Greet, principal: str) -> GreetingView:
            raise NotImplementedError


def test_a_handler_is_named_after_its_event() -> None:
    with pytest.raises(TypeError, match="must be called on_greeted"):

        @on_event
        def greeted(self: object, event: Greeted) -> None:
            raise NotImplementedError


def test_a_timer_needs_a_positive_interval() -> None:
    with pytest.raises(TypeError, match="positive"):
        timer(seconds=0)
