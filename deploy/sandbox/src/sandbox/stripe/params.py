"""Reading a call's parameters as Stripe does: missing, malformed and unknown ones are named."""

import re
from typing import Any, Literal, overload

from sandbox.storage import Json
from sandbox.stripe.errors import StripeError


class Params:
    """Each read marks a parameter as known; `refuse_unknown` at the end of the call names the rest."""

    def __init__(self, values: Json, path: str = "") -> None:
        self._values = values
        self._path = path
        self._known: set[str] = set()
        self._nested: list[Params] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def _name(self, name: str) -> str:
        return f"{self._path}[{name}]" if self._path else name

    def raw(self, name: str) -> Any:
        self._known.add(name)
        return self._values.get(name)

    @overload
    def text(self, name: str, *, required: Literal[True], choices: tuple[str, ...] = ()) -> str: ...
    @overload
    def text(self, name: str, *, required: Literal[False] = False, choices: tuple[str, ...] = ()) -> str | None: ...
    def text(self, name: str, *, required: bool = False, choices: tuple[str, ...] = ()) -> str | None:
        value = self.raw(name)
        shown = self._name(name)
        if value is None or (value == "" and required):
            if required:
                raise StripeError(f"Missing required param: {shown}.", code="parameter_missing", param=shown)
            return None
        if not isinstance(value, str):
            raise StripeError(f"Invalid string: {value}", code="parameter_invalid_string", param=shown)
        if choices and value and value not in choices:
            raise StripeError(f"Invalid {shown}: must be one of {', '.join(choices[:-1])} or {choices[-1]}", param=shown)
        return value or None

    @overload
    def integer(self, name: str, *, required: Literal[True], minimum: int | None = None) -> int: ...
    @overload
    def integer(self, name: str, *, required: Literal[False] = False, minimum: int | None = None) -> int | None: ...
    def integer(self, name: str, *, required: bool = False, minimum: int | None = None) -> int | None:
        text = self.text(name, required=True) if required else self.text(name)
        shown = self._name(name)
        if text is None:
            return None
        if not re.fullmatch(r"-?\d{1,18}", text):
            raise StripeError(f"Invalid integer: {text}", code="parameter_invalid_integer", param=shown)
        if minimum is not None and int(text) < minimum:
            message = f"This value must be greater than or equal to {minimum}."
            raise StripeError(message, code="parameter_invalid_integer", param=shown)
        return int(text)

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.text(name)
        if text not in (None, "true", "false"):
            raise StripeError(f"Invalid boolean: {text}", code="parameter_invalid_boolean", param=self._name(name))
        return default if text is None else text == "true"

    def nested(self, name: str) -> "Params":
        value = self.raw(name)
        if value not in (None, "") and not isinstance(value, dict):
            raise StripeError("Invalid object", code="parameter_invalid_object", param=self._name(name))
        inner = Params(value or {}, self._name(name))
        self._nested.append(inner)
        return inner

    def texts(self, name: str) -> list[str]:
        value = self.raw(name)
        if value in (None, ""):
            return []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise StripeError("Invalid array", code="parameter_invalid_array", param=self._name(name))
        return list(value)

    def metadata(self, before: dict[str, str] | None = None) -> dict[str, str]:
        """Merged into what is there; an empty value unsets its key, an empty parameter all of them."""
        value = self.raw("metadata")
        if value == "":
            return {}
        if value is not None and not isinstance(value, dict):
            raise StripeError("Invalid object", code="parameter_invalid_object", param="metadata")
        merged = (before or {}) | {key: str(item) for key, item in (value or {}).items()}
        if len(merged) > 50 or any(len(key) > 40 or len(item) > 500 for key, item in merged.items()):
            raise StripeError("Metadata takes up to 50 keys of 40 characters with values of 500.", param="metadata")
        return {key: item for key, item in merged.items() if item != ""}

    def currency(self) -> str:
        code = self.text("currency", required=True).lower()
        if not re.fullmatch("[a-z]{3}", code):
            raise StripeError(f"Invalid currency: {code}.", param="currency")
        return code

    def ignore(self, *names: str) -> None:
        """Parameters that Stripe takes and that change nothing the sandbox shows."""
        self._known.update(names)

    def refuse_unknown(self) -> None:
        unknown = [self._name(name) for name in self._values if name not in self._known]
        if unknown:
            known = "Received unknown parameter" + ("s" if len(unknown) > 1 else "")
            raise StripeError(f"{known}: {', '.join(unknown)}", code="parameter_unknown", param=unknown[0])
        for inner in self._nested:
            inner.refuse_unknown()
