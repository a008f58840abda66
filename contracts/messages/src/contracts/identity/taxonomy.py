"""The taxonomy of skills: one name for each, whatever people call it, and what it belongs under.

It is part of the messages so that a skill has the same name in a profile, in a challenge and in what is told of either.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator

from contracts.base import Tag

FILE = Path(__file__).with_name("skills.toml")


@dataclass(frozen=True, slots=True)
class Skill:
    """`parent` is None at the top."""

    name: str
    parent: str | None
    synonyms: tuple[str, ...]


class Taxonomy:
    """All skills, looked up by any of their names."""

    def __init__(self, declared: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises:
        ValueError: a name stands twice, is not lower case, or a parent is missing or below its own child.
        """
        self._skills = {name: Skill(name, told.get("parent"), tuple(told.get("synonyms", ()))) for name, told in declared.items()}
        self._canonical: dict[str, str] = {}
        for skill in self._skills.values():
            for name in (skill.name, *skill.synonyms):
                if name in self._canonical or name != name.lower():
                    raise ValueError(f"{name!r} stands twice, or is not lower case")
                self._canonical[name] = skill.name
        for skill in self._skills.values():
            if skill.name in self._names_above(skill):
                raise ValueError(f"{skill.name!r} is below itself")

    def __iter__(self) -> Iterator[Skill]:
        return iter(self._skills.values())

    def canonical(self, name: str) -> str:
        """The one name of a skill; what is not in the taxonomy stays as it is."""
        return self._canonical.get(name, name)

    def above(self, name: str) -> tuple[str, ...]:
        """What a skill belongs under, the nearest first."""
        skill = self._skills.get(self.canonical(name))
        return tuple(self._names_above(skill)) if skill else ()

    def beginning(self, text: str) -> list[Skill]:
        """Skills one of whose names has a word that begins like this; those whose own name begins so come first."""
        wanted = text.lower().strip()
        found = [skill for skill in self if any(_begins(name, wanted) for name in (skill.name, *skill.synonyms))]
        return sorted(found, key=lambda skill: (not skill.name.startswith(wanted), skill.name))

    def _names_above(self, skill: Skill) -> list[str]:
        names: list[str] = []
        parent = skill.parent
        while parent is not None and parent not in names:
            if parent not in self._skills:
                raise ValueError(f"the parent {parent!r} of {skill.name!r} is no skill")
            names.append(parent)
            parent = self._skills[parent].parent
        return names


def _begins(name: str, wanted: str) -> bool:
    return name.startswith(wanted) or any(word.startswith(wanted) for word in name.split())


@cache
def taxonomy() -> Taxonomy:
    """The one that comes with these messages."""
    return Taxonomy(tomllib.loads(FILE.read_text()))


def _canonical(name: str) -> str:
    return taxonomy().canonical(name)


# A skill by its one name: "js" and "JavaScript" become "javascript".
SkillTag = Annotated[Tag, AfterValidator(_canonical)]
