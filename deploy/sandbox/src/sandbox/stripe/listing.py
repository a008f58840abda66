"""Lists, paging by object and `expand`: https://docs.stripe.com/api/pagination, /expanding_objects."""

from collections.abc import Callable
from typing import Any

from sandbox.storage import Json
from sandbox.stripe import ledger
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session

_BOUNDS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def list_of(kind: str, url: str, *filters: str) -> Callable[[Session, Params], Json]:
    """The endpoint that lists one kind, newest first, with equality filters on the named fields."""

    def listing(session: Session, params: Params) -> Json:
        equal = {name: value for name in filters if (value := params.text(name)) is not None}
        return page(session, params, kind, url, equal)

    return listing


def page(session: Session, params: Params, kind: str, url: str, equal: Json, *, by_date: bool = True) -> Json:
    """One page; `by_date`: whether Stripe's endpoint takes `created`."""
    limit = params.integer("limit", minimum=1) or 10
    if limit > 100:
        raise StripeError("Limit cannot be greater than 100", code="parameter_invalid_integer", param="limit")
    ranges = _created(params) if by_date else []
    after, before = params.text("starting_after"), params.text("ending_before")
    for name, cursor, operator in (("starting_after", after, "<"), ("ending_before", before, ">")):
        if cursor is not None:
            position = session.storage.position(cursor)
            if position is None or session.storage.get(kind, session.account, cursor) is None:
                raise missing(kind, cursor, param=name, status=400)
            ranges.append(("position", operator, position))
    backwards = before is not None
    found = session.storage.find(kind, session.account, equal, ranges, limit + 1, oldest_first=backwards)
    shown = found[:limit][::-1] if backwards else found[:limit]
    if kind == "balance_transaction":
        shown = [ledger.shown(session, row) for row in shown]
    return {"object": "list", "url": url, "has_more": len(found) > limit, "data": shown}


def _created(params: Params) -> list[tuple[str, str, int]]:
    if isinstance(params.raw("created"), str):
        exact = params.integer("created", required=True)
        return [("created", "=", exact)]
    bounds = params.nested("created")
    return [("created", operator, bound) for name, operator in _BOUNDS.items() if (bound := bounds.integer(name)) is not None]


def expand(session: Session, answer: Json, paths: list[str]) -> None:
    """Replace ids by the objects they name, in place.

    Raises:
        StripeError: a path that leads nowhere.
    """
    for path in paths:
        if path.count(".") > 3:
            raise StripeError("You cannot expand more than 4 levels of a property.", param="expand")
        _expand(session, answer, path.split("."), path)


def _expand(session: Session, value: Any, steps: list[str], path: str) -> None:
    if isinstance(value, list):
        for item in value:
            _expand(session, item, steps, path)
        return
    if not steps or value is None:
        return
    name, rest = steps[0], steps[1:]
    if not isinstance(value, dict) or name not in value:
        raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(value[name], str):
        found = session.storage.get_any(value[name])
        if found is None:
            raise StripeError(f"This property cannot be expanded ({path}).", param="expand")
        value[name] = ledger.shown(session, found[1]) if found[1]["object"] == "balance_transaction" else found[1]
    _expand(session, value[name], rest, path)
