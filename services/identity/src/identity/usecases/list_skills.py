"""Look into the taxonomy of skills."""

from dataclasses import dataclass

from contracts.identity.skills import ListSkills, SkillsView, SkillView
from contracts.identity.taxonomy import Skill, Taxonomy


@dataclass(frozen=True, slots=True)
class ListSkillsHandler:
    taxonomy: Taxonomy

    def __call__(self, query: ListSkills) -> SkillsView:
        """By `q`, below `parent`, by both, or the top ones."""
        if query.q is not None:
            found = [skill for skill in self.taxonomy.beginning(query.q) if query.parent is None or self._below(skill, query.parent)]
        else:
            parent = self.taxonomy.canonical(query.parent) if query.parent else None
            found = sorted((skill for skill in self.taxonomy if skill.parent == parent), key=lambda skill: skill.name)
        return SkillsView(items=tuple(self._view(skill) for skill in found[: query.limit]))

    def _below(self, skill: Skill, parent: str) -> bool:
        return self.taxonomy.canonical(parent) in self.taxonomy.above(skill.name)

    def _view(self, skill: Skill) -> SkillView:
        return SkillView(name=skill.name, above=self.taxonomy.above(skill.name), synonyms=skill.synonyms)
