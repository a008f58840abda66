"""Search while matching is there, and while it is away."""

from __future__ import annotations

import pytest
from gateway_fakes.rpc import problem
from gateway_fakes.samples import view

from contracts.challenges.queries import ChallengeSort, ListChallenges
from contracts.challenges.views import ChallengeView
from contracts.errors import Kind, ProblemError
from contracts.matching.queries import SearchChallenges, SearchSort
from contracts.matching.views import SearchResultView
from contracts.paging import Page
from gateway.rest.search import DegradedSearchView, search_or_list

AWAY = problem(Kind.UNAVAILABLE, "matching.unavailable")


class Services:
    """Matching and challenges; `pages` are what challenges lists, by cursor."""

    def __init__(self, pages: dict[str | None, Page[ChallengeView]]) -> None:
        self.pages = pages
        self.refusal: ProblemError | None = None
        self.listed: list[ListChallenges] = []

    async def search(self, _search: SearchChallenges) -> SearchResultView:
        if self.refusal is not None:
            raise self.refusal
        return view(SearchResultView)

    async def list(self, listing: ListChallenges) -> Page[ChallengeView]:
        self.listed.append(listing)
        return self.pages[listing.cursor]


def challenge(title: str) -> ChallengeView:
    return view(ChallengeView, title=title)


@pytest.fixture
def services() -> Services:
    return Services(
        {
            None: Page(items=(challenge("A logo"), challenge("Flyers")), next_cursor="two"),
            "two": Page(items=(challenge("A Python parser"),), next_cursor="three"),
            "three": Page(items=(challenge("Port to python 3"),), next_cursor=None),
        }
    )


async def test_matching_answers(services: Services) -> None:
    found = await search_or_list(SearchChallenges(q="python"), services.search, services.list)
    assert isinstance(found, SearchResultView)
    assert not services.listed


async def test_the_list_stands_in_and_says_so(services: Services) -> None:
    services.refusal = ProblemError(AWAY)
    found = await search_or_list(SearchChallenges(q="Python"), services.search, services.list)
    assert isinstance(found, DegradedSearchView)
    assert [item.title for item in found.items] == ["A Python parser"]
    assert found.degraded == ("matching",)
    assert found.next_cursor == "degraded-three"


async def test_paging_goes_on_in_the_list_even_when_matching_is_back(services: Services) -> None:
    found = await search_or_list(SearchChallenges(q="python", cursor="degraded-three"), services.search, services.list)
    assert isinstance(found, DegradedSearchView)
    assert [item.title for item in found.items] == ["Port to python 3"]
    assert found.next_cursor is None


async def test_the_filters_are_kept(services: Services) -> None:
    services.refusal = ProblemError(AWAY)
    search = SearchChallenges(q="logo", min_reward=5, currency="EUR", sort=SearchSort.REWARD, limit=7)
    await search_or_list(search, services.search, services.list)
    assert services.listed == [ListChallenges(min_reward=5, currency="EUR", sort=ChallengeSort.REWARD, limit=7)]


async def test_it_does_not_read_on_for_ever() -> None:
    services = Services({None: Page(items=(), next_cursor="x"), "x": Page(items=(), next_cursor="x")})
    services.refusal = ProblemError(AWAY)
    found = await search_or_list(SearchChallenges(q="python"), services.search, services.list)
    assert len(services.listed) == 5
    assert found.next_cursor == "degraded-x"


@pytest.mark.parametrize(
    ("refusal", "cursor"),
    [(problem(Kind.INVALID, "matching.cursor.invalid"), None), (AWAY, "Y3Vyc29y")],
    ids=["another refusal", "in the middle of results"],
)
async def test_nothing_else_is_papered_over(services: Services, refusal: object, cursor: str | None) -> None:
    services.refusal = ProblemError(refusal)  # type: ignore[arg-type]
    with pytest.raises(ProblemError):
        await search_or_list(SearchChallenges(q="python", cursor=cursor), services.search, services.list)
