"""What a partial edit mentions. PATCH tells "not mentioned" from "set to null", and nothing here can be null."""

from typing import Any, cast

from challenges.domain.application import OfferChanges
from challenges.domain.content import Changes
from challenges.domain.errors import FieldNotNullable
from contracts.base import Request
from contracts.challenges.commands import EditApplication, EditChallenge
from contracts.errors import FieldError


def challenge_changes(command: EditChallenge) -> Changes:
    """The content that the edit mentions.

    Raises:
        FieldNotNullable.
    """
    return cast(Changes, _mentioned(command, Changes.__annotations__))


def offer_changes(command: EditApplication) -> OfferChanges:
    """The parts of the offer that the edit mentions.

    Raises:
        FieldNotNullable.
    """
    return cast(OfferChanges, _mentioned(command, OfferChanges.__annotations__))


def _mentioned(command: Request[Any], fields: dict[str, Any]) -> dict[str, object]:
    values = {name: getattr(command, name) for name in fields if name in command.model_fields_set}
    nulls = sorted(name for name, value in values.items() if value is None)
    if nulls:
        raise FieldNotNullable(fields=tuple(FieldError(pointer=f"/{name}", detail="cannot be null") for name in nulls))
    return values
