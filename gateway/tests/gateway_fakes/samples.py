"""A valid sample of any message, made from its fields, so that a test can walk the whole route table."""

from __future__ import annotations

import types
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel, StringConstraints

from chassis.ids import new_id
from contracts.base import View
from gateway.rest.routes import Route

V = TypeVar("V", bound=View)
SOON = datetime.now(UTC) + timedelta(days=30)

# Fields whose rule is not in their type.
_BY_NAME: dict[str, Any] = {
    "action": "users.banned",
    "email": "ada@example.com",
    "currency": "EUR",
    "payment_method": "pm_card_visa",
    "entitlements": ["matching.priority"],
    "client_message_id": "m-1",
    "provider": "nobody",
    "cursor": "Y3Vyc29y",
    "url": "https://files.example.com/a.pdf",
    "version": 3,
    "queue": "payments.on_application_accepted",
    "headers": {"cloudEvents_specversion": "1.0"},
    "primary_colour": "#0a5c36",
    "accent_colour": "#ffcc00",
    "colour": "#0a5c36",
    "logo_asset_id": new_id("asset"),
    "logo_url": "https://files.example.com/logo.png",
    "domain": "acme.example",
    "issuer": "https://login.example.com",
    "referral_code": "7M3K9QXA",
    "scopes": ["challenges:read"],
    "day": SOON.date().isoformat(),
    "first": "2030-01",
    "last": "2030-12",
    "filename": "sample.pdf",
    "content_base64": "JVBERi0xLjM=",
    "tax_id": "DE123456789",
}
# Messages of whose optional fields one excludes another, and those that need one of them.
_LEFT_OUT = {
    "ReleaseEscrow": "amount",
    "RefundEscrow": "amount",
    "OpenDispute": "amount",
    "FundEscrow": "coupon_code",
    "CreateCoupon": "basis_points",
    "StartBulkInvite": "csv",
    "MarkNotificationsRead": "ids",
    "ListMessages": "before_seq",
    "ListChallenges": "mine",
}
_COMPLETED: dict[str, dict[str, Any]] = {
    "ReleaseEscrow": {"milestone_id": new_id("milestone")},
    "RefundEscrow": {"milestone_id": new_id("milestone")},
    "OpenDispute": {"milestone_id": new_id("milestone")},
    "CreateCoupon": {"amount": {"amount_minor": 5, "currency": "EUR"}, "valid_from": SOON.isoformat(), "valid_until": None},
    "MarkNotificationsRead": {"all": True},
    "GetStatement": {"since": (SOON - timedelta(days=30)).isoformat()},
    "GetStatementFile": {"since": (SOON - timedelta(days=30)).isoformat()},
    "ExportTransactions": {"since": (SOON - timedelta(days=30)).isoformat()},
    "ChangeSetting": {"name": "announcement", "value": "Hello."},
    "SetFlag": {"name": "new_search"},
    "StartBulkInvite": {"rows": [{"email": "ada@example.com"}]},
    "ClaimReferral": {"code": "7M3K9QXA"},
    "AvailabilityWindow": {"since": "09:00", "until": "17:00"},
    "BeginUpload": {"purpose": "avatar", "media_type": "image/png", "size_bytes": 100, "name": "me.png"},
    "OrderPortfolio": {"item_ids": []},
    "SetExpertProfile": {"time_zone": "Europe/Berlin"},
}


def sample(model: type[BaseModel], *, optional: bool = False) -> dict[str, Any]:
    """JSON data for a model: its required fields, and the optional ones too if asked."""
    data = {
        name: _value(name, field.annotation, field.metadata)
        for name, field in model.model_fields.items()
        if field.is_required() or optional or get_origin(field.annotation) is Literal
    }
    if optional:
        data.pop(_LEFT_OUT.get(model.__name__, ""), None)
    return data | _COMPLETED.get(model.__name__, {})


def url_of(route: Route, **given: str) -> str:
    """The route's address, with samples of what it names."""
    return route.path.format(**{name: given.get(name) or str(sample(route.request)[name]) for name in route.path_fields})


def body_of(route: Route, *, optional: bool = False) -> dict[str, Any]:
    """The fields of the route's request that its body or query carries."""
    return {name: value for name, value in sample(route.request, optional=optional).items() if name in route.body_fields}


def view(model: type[V], **fields: Any) -> V:
    """A sample of an answer."""
    return model.model_validate(sample(model) | fields)


def _value(name: str, annotation: Any, metadata: list[Any]) -> Any:
    if name in _BY_NAME:
        return _BY_NAME[name]
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _value(name, inner, [*metadata, *more])
    if origin in (Union, types.UnionType):
        return _value(name, get_args(annotation)[0], metadata)
    if origin is dict:
        return {}
    if origin is tuple:
        return [_value(name, get_args(annotation)[0], [])]
    if origin is Literal:
        return get_args(annotation)[0]
    if isinstance(annotation, type):
        return _of_type(name, annotation, metadata)
    raise TypeError(f"no sample for {name}: {annotation!r}")


def _of_type(name: str, kind: type[Any], metadata: list[Any]) -> Any:
    if issubclass(kind, BaseModel):
        return sample(kind)
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    if issubclass(kind, bool):
        return True
    if issubclass(kind, int):
        return 5
    if issubclass(kind, float):
        return 0.5
    if kind is AwareDatetime or issubclass(kind, datetime):
        return SOON.isoformat()
    if issubclass(kind, str):
        return _text(name, metadata)
    return "https://example.com/"  # pydantic's URL types


def _text(name: str, metadata: list[Any]) -> str:
    patterns = [str(rule.pattern) for rule in metadata if isinstance(rule, StringConstraints) and rule.pattern]
    for pattern in patterns:
        prefix = pattern.removeprefix("^").partition("_[0-7]")[0]
        if pattern.startswith("^(user|organisation)_"):
            return new_id("user")
        if "[a-z0-9-]{2,60}" in pattern:
            return "expert-pro-monthly"
        if "_[0-7]" in pattern:
            return new_id(prefix)
        if pattern == "^[A-Z]{2}$":
            return "DE"
        if pattern == "^[A-Z0-9][A-Z0-9-]{2,31}$":
            return "WELCOME-10"
        if pattern.startswith("^(du|dp)_"):
            return "du_123"
        if "[a-z]{2,3}" in pattern:
            return "en"
        if "[a-z_]" in pattern:
            return "release"
        if "-(0[1-9]|1[0-2])" in pattern:
            return "2030-01"
        if "[0-9]{6}" in pattern:
            return "123456"
        if r"[\w.+-]+/" in pattern:
            return "text/plain"
    return "a sample text of some length"
