"""What counts as an incompatible change of a message, and that the field is named."""

from typing import Any

import pytest

from contracts.compatibility import breaches


def schema(**properties: Any) -> dict[str, Any]:
    required = [name for name, value in properties.items() if "default" not in value]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


TEXT = {"type": "string"}
OPTIONAL = {"type": "string", "default": "x"}


@pytest.mark.parametrize("reader_changed", [True, False])
def test_the_same_schema_and_a_new_optional_field_are_compatible(reader_changed: bool) -> None:
    assert breaches(schema(a=TEXT), schema(a=TEXT), reader_changed=reader_changed) == []
    assert breaches(schema(a=TEXT), schema(a=TEXT, b=OPTIONAL), reader_changed=reader_changed) == []


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (schema(a=TEXT, b=TEXT), schema(a=TEXT), "/b: was removed"),
        (schema(a=TEXT), schema(a={"type": "integer"}), "/a: type changed"),
        (schema(a=TEXT), schema(a=TEXT, b=TEXT), "/b: is new and required"),
        (schema(a=OPTIONAL), schema(a=TEXT), "/a: became required"),
        (schema(a={"type": "array", "items": schema(x=TEXT)}), schema(a={"type": "array", "items": schema()}), "/a/*/x: was removed"),
        (schema(a={"enum": ["x", "y"]}), schema(a={"enum": ["x"]}), "/a: enum changed"),
        (schema(a={"type": "string", "maxLength": 9}), schema(a={"type": "string", "maxLength": 8}), "/a: maxLength changed"),
        (schema(a={"anyOf": [TEXT, {"type": "null"}]}), schema(a={"anyOf": [TEXT]}), "/a: the choice of types changed"),
    ],
)
@pytest.mark.parametrize("reader_changed", [True, False])
def test_an_incompatible_change_names_its_field(old: dict[str, Any], new: dict[str, Any], named: str, reader_changed: bool) -> None:
    found = breaches(old, new, reader_changed=reader_changed)
    assert len(found) == 1
    assert found[0].startswith(named)


def test_a_request_may_accept_more_but_an_event_may_not_say_more() -> None:
    old, new = (
        schema(a={"enum": ["x"]}, b={"type": "integer", "maximum": 5}),
        schema(a={"enum": ["x", "y"]}, b={"type": "integer", "maximum": 9}),
    )
    assert breaches(old, new, reader_changed=True) == []
    assert len(breaches(old, new, reader_changed=False)) == 2


def test_an_event_may_not_stop_promising_a_field() -> None:
    assert breaches(schema(a=TEXT), schema(a=OPTIONAL), reader_changed=False) == ["/a: is no longer always there"]
    assert breaches(schema(a=TEXT), schema(a=OPTIONAL), reader_changed=True) == []


def test_a_change_behind_a_reference_is_found_and_recursion_ends() -> None:
    def tree(leaf: dict[str, Any]) -> dict[str, Any]:
        node = schema(leaf=leaf, children={"type": "array", "items": {"$ref": "#/$defs/Node"}})
        return {**schema(root={"$ref": "#/$defs/Node"}), "$defs": {"Node": node}}

    assert breaches(tree(TEXT), tree(TEXT), reader_changed=False) == []
    assert breaches(tree(TEXT), tree({"type": "integer"}), reader_changed=False)[0].startswith("/root/leaf: type changed")


def test_prose_may_change() -> None:
    old, new = schema(a={**TEXT, "description": "old"}), schema(a={**TEXT, "description": "new", "title": "A"})
    assert breaches(old, new, reader_changed=False) == []
