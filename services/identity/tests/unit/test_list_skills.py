"""Looking into the taxonomy of skills."""

from contracts.identity.skills import ListSkills
from contracts.identity.taxonomy import Taxonomy
from identity.usecases.list_skills import ListSkillsHandler

SKILLS = Taxonomy(
    {
        "software": {},
        "data": {},
        "python": {"parent": "software", "synonyms": ["py"]},
        "django": {"parent": "python"},
        "pandas": {"parent": "data"},
    }
)


def names(**asked):
    return [skill.name for skill in ListSkillsHandler(SKILLS)(ListSkills(**asked)).items]


def test_from_the_top_down():
    assert names() == ["data", "software"]
    assert names(parent="Software") == ["python"]
    assert names(parent="py") == ["django"]
    assert names(parent="nothing") == []


def test_by_the_beginning_of_a_name():
    assert names(q="P") == ["pandas", "python"]
    assert names(q="p", parent="software") == ["python"]
    assert names(q="p", limit=1) == ["pandas"]


def test_a_skill_says_what_it_belongs_under():
    (django,) = ListSkillsHandler(SKILLS)(ListSkills(q="dj")).items
    assert django.above == ("python", "software")
