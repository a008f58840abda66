"""The taxonomy of skills: one name for each, no loops, the same in profiles and challenges."""

from __future__ import annotations

import pytest

from contracts.challenges.commands import CreateChallenge
from contracts.identity.commands import UpdateProfile
from contracts.identity.taxonomy import Taxonomy, taxonomy


def test_the_seed_is_sound_and_every_skill_leads_to_the_top() -> None:
    skills = list(taxonomy())
    assert len(skills) > 100
    tops = {skill.name for skill in skills if skill.parent is None}
    assert {taxonomy().above(skill.name)[-1] for skill in skills if skill.parent} <= tops


@pytest.mark.parametrize(
    ("said", "meant"), [("JS", "javascript"), (" React.JS ", "react"), ("k8s", "kubernetes"), ("Zeppelins", "zeppelins")]
)
def test_a_skill_has_one_name_wherever_it_is_said(said: str, meant: str) -> None:
    assert UpdateProfile.model_validate({"skills": [said]}).skills == (meant,)
    draft = {
        "title": "A title",
        "description": "Words.",
        "category": "other",
        "difficulty": "beginner",
        "reward": {"kind": "fixed", "amount": {"amount_minor": 1, "currency": "EUR"}},
        "deadline": "2030-01-01T00:00:00Z",
        "skills": [said],
    }
    assert CreateChallenge.model_validate(draft).skills == (meant,)


def test_a_skill_belongs_under_others_the_nearest_first() -> None:
    assert taxonomy().above("llm") == ("natural language processing", "machine learning", "data science", "data")
    assert taxonomy().above("software") == taxonomy().above("zeppelins") == ()


def test_skills_are_found_by_the_beginning_of_a_word_in_any_name() -> None:
    names = [skill.name for skill in taxonomy().beginning("Script")]
    assert names == []
    assert [skill.name for skill in taxonomy().beginning("post")] == ["postgresql"]
    assert next(iter(taxonomy().beginning("java"))).name == "java"
    assert "large language models" in [skill.name for skill in taxonomy().beginning("gen")]


@pytest.mark.parametrize(
    "declared",
    [
        {"a": {"synonyms": ["b"]}, "b": {}},
        {"A": {}},
        {"a": {"parent": "b"}},
        {"a": {"parent": "b"}, "b": {"parent": "a"}},
    ],
)
def test_an_unsound_taxonomy_is_refused(declared: dict[str, dict[str, object]]) -> None:
    with pytest.raises(ValueError, match=r"stands twice|is no skill|below itself"):
        Taxonomy(declared)
