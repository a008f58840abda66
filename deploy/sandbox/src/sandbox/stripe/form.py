"""Stripe's form encoding: `a[b][0][c]=v` and `expand[]=v` are nested maps and lists."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.storage import Json
from sandbox.stripe.errors import StripeError

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_PART = re.compile(r"\[([^\[\]]*)\]")


def decode(pairs: Iterable[tuple[str, str]]) -> Json:
    """Build the nested value; maps whose keys are all numbers become lists.

    Raises:
        StripeError: a name that is not of this form.
    """
    root: Json = {}
    for name, value in pairs:
        matched = _NAME.match(name)
        if matched is None:
            raise StripeError(f"Invalid parameter name: {name}", code="parameter_invalid", param=name)
        path = [matched[1], *_PART.findall(matched[2])]
        place = root
        for step in path[:-1]:
            place = place.setdefault(step or str(len(place)), {})
            if not isinstance(place, dict):
                raise StripeError(f"Invalid object: {name}", code="parameter_invalid", param=name)
        place[path[-1] or str(len(place))] = value
    return {name: _listed(value) for name, value in root.items()}


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_listed(value[key]) for key in sorted(value, key=int)]
    return {key: _listed(item) for key, item in value.items()}
