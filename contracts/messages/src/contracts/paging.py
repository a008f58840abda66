"""Cursor paging, the same everywhere: 20 items unless told, at most 100, and an opaque cursor to go on from."""

from typing import Annotated, Generic

from pydantic import Field, StringConstraints

from contracts.base import Item, View

Cursor = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[A-Za-z0-9_=-]+$")]
Limit = Annotated[int, Field(ge=1, le=100)]
DEFAULT_LIMIT = 20


class Page(View, Generic[Item]):
    """Some items in order; `next_cursor` is null on the last page."""

    items: tuple[Item, ...]
    next_cursor: str | None = None
