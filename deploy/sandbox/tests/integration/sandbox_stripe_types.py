"""What Stripe's SDK, generated from Stripe's API description, declares of objects and parameters, and whether a value keeps to it.

The SDK says of a property whether it may be null, not whether it may be left out: `LEFT_OUT` is what Stripe leaves out of an object.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, ForwardRef, Literal

import stripe
import stripe.params
from stripe._request_options import RequestOptions
from stripe._stripe_object import UntypedStripeObject

# Named in the SDK, and in Stripe's answers only when asked for by `expand`, for some countries or products, or once there is such a thing.
LEFT_OUT: dict[str, frozenset[str]] = {
    "account": frozenset({"company", "groups", "individual"}),
    "balance": frozenset({"connect_reserved", "instant_available", "issuing", "refund_and_dispute_prefunding"}),
    "bank_account": frozenset({"future_requirements", "requirements"}),
    "charge": frozenset({"authorization_code", "level3", "presentment_details", "radar_options", "refunds", "transfer"}),
    "customer": frozenset(
        {"business_name", "cash_balance", "customer_account", "individual_name", "invoice_credit_balance"}
        | {"sources", "subscriptions", "tax", "tax_ids"}
    ),
    "dispute": frozenset({"intended_submission_method", "network_reason_code"}),
    "event": frozenset({"account", "context"}),
    "payment_intent": frozenset({"allowed_payment_method_types", "hooks", "payment_details", "payment_record", "presentment_details"}),
    "payment_method": frozenset({"radar_options"}),
    "refund": frozenset(
        {"description", "failure_balance_transaction", "failure_reason", "instructions_email", "next_action", "pending_reason"}
        | {"presentment_details"}
    ),
}


class _Names(dict[str, Any]):
    """The names that the SDK's declarations use; it loads its own only when they are asked for."""

    def __missing__(self, name: str) -> Any:
        for module in (stripe, stripe.params, typing):
            if hasattr(module, name):
                return getattr(module, name)
        return stripe.StripeObject  # of a namespace whose objects the sandbox has none of: whatever it held would be complained of


_NAMES = _Names(UntypedStripeObject=UntypedStripeObject)


def complaints(value: Any, declared: Any, at: str = "") -> Iterator[str]:
    """What in a value is not as declared: names that Stripe does not have, what it lacks, other types, unknown words."""
    choices = list(_choices(declared))
    if Any in choices:
        return
    if value is None:
        if type(None) not in choices:
            yield f"{at} is null"
    elif isinstance(value, dict):
        yield from _of_map(value, choices, at)
    elif isinstance(value, list):
        items = [typing.get_args(choice)[0] for choice in choices if typing.get_origin(choice) is list]
        if not items:
            yield f"{at} is a list"
        for place, item in enumerate(value if items else ()):
            yield from complaints(item, items[0], f"{at}[{place}]")
    else:
        yield from _of_word(value, choices, at)


def _of_word(value: Any, choices: list[Any], at: str) -> Iterator[str]:
    words = {word for choice in choices if typing.get_origin(choice) is Literal for word in typing.get_args(choice)}
    if isinstance(value, str) and words:  # the SDK lets any text through beside them, for words that are still to come
        if value not in words:
            yield f"{at} says {value}"
    elif type(value) not in choices:
        yield f"{at} is of type {type(value).__name__}"


def _of_map(value: dict[str, Any], choices: list[Any], at: str) -> Iterator[str]:
    if any(typing.get_origin(choice) in (dict, UntypedStripeObject) or choice is UntypedStripeObject for choice in choices):
        return
    lists = [choice for choice in choices if typing.get_origin(choice) is stripe.ListObject]
    if lists and value.get("object") == "list":
        yield from complaints(value["data"], list[typing.get_args(lists[0])[0]], f"{at}.data")  # type: ignore[misc]
        yield from (f"{at}.{name} is missing" for name in ("has_more", "url") if name not in value)
        return
    kinds = [choice for choice in choices if isinstance(choice, type) and issubclass(choice, stripe.StripeObject)]
    named = [kind for kind in kinds if getattr(kind, "OBJECT_NAME", None) == value.get("object")]
    fitting = named or [kind for kind in kinds if not hasattr(kind, "OBJECT_NAME")]
    if not fitting:
        yield f"{at} is an object, {value.get('object')}"
        return
    yield from of_object(value, fitting[0], at)


def of_object(value: dict[str, Any], kind: type[stripe.StripeObject], at: str = "") -> Iterator[str]:
    own = getattr(kind, "OBJECT_NAME", None)
    at = at or own or kind.__name__
    declared = {name: hint for name, hint in kind.__annotations__.items() if typing.get_origin(hint) is not ClassVar and name[0] != "_"}
    if value.get("deleted"):
        yield from (f"{at}.{name} is not of what was deleted" for name in value.keys() - {"id", "object", "deleted"})
        return
    for name in value.keys() - declared.keys():
        yield f"{at}.{name} is not Stripe's"
    for name, hint in declared.items():
        if name in value:
            yield from complaints(value[name], hint, f"{at}.{name}")
        elif type(None) not in _choices(hint) or (own and name not in _absent(value, own, declared)):
            yield f"{at}.{name} is missing"


def _absent(value: dict[str, Any], own: str, declared: dict[str, Any]) -> frozenset[str]:
    """What this object may be without. Of the details of each type of payment method it has those of its own."""
    left_out = LEFT_OUT.get(own, frozenset()) | {"deleted"}
    if own != "payment_method":
        return left_out
    kinds = frozenset(word for choice in _choices(declared["type"]) for word in typing.get_args(choice))
    return left_out | (kinds - {value.get("type")})


def _choices(declared: Any) -> Iterator[Any]:
    """The alternatives of a declaration, names resolved."""
    if isinstance(declared, ForwardRef):
        yield from _choices(eval(declared.__forward_arg__, {}, _NAMES))  # the SDK's own source
    elif isinstance(declared, str):
        yield from _choices(ForwardRef(declared))
    elif typing.get_origin(declared) in (typing.Union, types.UnionType, typing.NotRequired, typing.Required):
        yield from (choice for part in typing.get_args(declared) for choice in _choices(part))
    else:
        yield declared


def of_event(event: dict[str, Any]) -> Iterator[str]:
    yield from of_object(event, stripe.Event)
    subject = event["data"]["object"]
    kind = by_name(subject["object"])
    yield from of_object(subject, kind, f"{event['type']}: {subject['object']}")
    yield from (
        f"{event['type']} tells of {name} before"
        for name in event["data"].get("previous_attributes", {})
        if name not in kind.__annotations__
    )
    if event["api_version"] != stripe.api_version:
        yield f"{event['type']} is of {event['api_version']}"


def by_name(name: str) -> type[stripe.StripeObject]:
    found: type[stripe.StripeObject] = getattr(stripe, "".join(part.title() for part in name.split("_")))
    return found


class Parameters:
    """What a method of the SDK sends: a TypedDict, its names and which of them are required."""

    def __init__(self, declared: Any) -> None:
        self.hints: dict[str, Any] = {
            name: hint for name, hint in declared.__annotations__.items() if name not in RequestOptions.__annotations__
        }
        self.required = frozenset(declared.__required_keys__) & self.hints.keys()

    @classmethod
    def of(cls, method: Callable[..., Any]) -> Parameters:
        return cls(_typed_dict(method.__annotations__["params"]))

    def inner(self, name: str) -> Parameters | None:
        found = _typed_dict(self.hints[name])
        return None if found is None else Parameters(found)


def _typed_dict(hint: Any) -> Any:
    return next((choice for choice in _choices(hint) if hasattr(choice, "__required_keys__")), None)


def names_of(methods: Iterable[Callable[..., Any]]) -> frozenset[str]:
    return frozenset(name for method in methods for name in Parameters.of(method).hints)
