"""Skills: many spellings, one meaning."""

from __future__ import annotations

from collections.abc import Iterable

_SYNONYMS = {
    "cpp": "c++",
    "csharp": "c#",
    "golang": "go",
    "js": "javascript",
    "k8s": "kubernetes",
    "ml": "machine learning",
    "mongo": "mongodb",
    "nextjs": "next.js",
    "nlp": "natural language processing",
    "node": "node.js",
    "nodejs": "node.js",
    "postgres": "postgresql",
    "py": "python",
    "react.js": "react",
    "reactjs": "react",
    "ts": "typescript",
    "ui/ux": "ux design",
    "ux": "ux design",
    "vue.js": "vue",
    "vuejs": "vue",
}


def canonical(skill: str) -> str:
    spelled = " ".join(skill.casefold().split())
    return _SYNONYMS.get(spelled, spelled)


def split(wanted: Iterable[str], offered: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The wanted skills that are offered and those that are missing, in the order and spelling of the wish."""
    have = {canonical(skill) for skill in offered}
    matched: list[str] = []
    missing: list[str] = []
    for skill in dict.fromkeys(wanted):
        (matched if canonical(skill) in have else missing).append(skill)
    return tuple(matched), tuple(missing)
