"""What may be asked about the taxonomy of skills."""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from contracts.base import Query, View


class SkillView(View):
    """`above` is what it belongs under, the nearest first; `synonyms` are other names people use for it."""

    name: str
    above: tuple[str, ...]
    synonyms: tuple[str, ...]


class SkillsView(View):
    items: tuple[SkillView, ...]


class ListSkills(Query[SkillsView]):
    """Skills by the beginning of a word in any of their names, or those right below `parent`; without either, the top ones."""

    service: ClassVar[str] = "identity"
    q: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)] | None = None
    parent: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=40)] | None = None
    limit: Annotated[int, Field(ge=1, le=100)] = 20
