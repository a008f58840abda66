"""Search on the real index, in memory."""

from datetime import timedelta

import pytest
from matching_fakes import NOW, challenge, euros, person
from pydantic import ValidationError

from chassis.ids import new_id
from chassis.paging import InvalidCursor, encode_cursor
from contracts.challenges.terms import (
    Category,
    ChallengeStatus,
    Difficulty,
    FixedReward,
    MilestonesReward,
    MilestoneTerms,
    RangeReward,
    Visibility,
)
from contracts.errors import Kind
from contracts.matching.queries import AutocompleteChallenges, SearchChallenges
from contracts.money import MAX_AMOUNT_MINOR, Price
from matching.adapters import tantivy_order
from matching.adapters.tantivy_search import IndexUnavailable, TantivySearch
from matching.domain.errors import CurrencyRequired
from matching.usecases.autocomplete_challenges import AutocompleteChallengesHandler
from matching.usecases.search_challenges import SearchChallengesHandler

OWNER, INVITED, OUTSIDER = (new_id("user") for _ in range(3))
PIPELINE = challenge(title="Build a data pipeline", skills=("Python", "SQL"), published_at=NOW)
LOGO = challenge(
    title="Design a logo for our bakery",
    description="Something with bread.",
    category=Category.DESIGN,
    difficulty=Difficulty.BEGINNER,
    skills=("Illustrator",),
    tags=(),
    reward=RangeReward(min=euros(20_000), max=euros(50_000)),
    deadline=NOW + timedelta(days=5),
    published_at=NOW + timedelta(hours=1),
)
CLUSTER = challenge(
    title="Move our shop to Kubernetes",
    description="Containers, charts and monitoring for the data pipelines of a shop.",
    category=Category.SOFTWARE,
    skills=("Kubernetes", "C++"),
    tags=("devops",),
    reward=MilestonesReward(
        milestones=(MilestoneTerms(title="First", amount=euros(60_000)), MilestoneTerms(title="Second", amount=euros(140_000)))
    ),
    published_at=NOW + timedelta(hours=2),
)
SECRET = challenge(
    title="Secret data pipeline",
    skills=("Cobol",),
    challenger_id=OWNER,
    visibility=Visibility.PRIVATE,
    invited_user_ids=(INVITED,),
    published_at=NOW + timedelta(hours=3),
)
CLOSED = challenge(title="Closed data pipeline", status=ChallengeStatus.IN_PROGRESS)


@pytest.fixture(scope="module")
def index():
    made = TantivySearch(lambda: NOW)
    made.apply([PIPELINE, LOGO])
    made.apply([CLUSTER, SECRET, CLOSED])
    return made


@pytest.fixture
def search(index):
    def ask(q, viewer=None, **more):
        return SearchChallengesHandler(index)(SearchChallenges(q=q, **more), person(viewer) if viewer else None)

    return ask


@pytest.fixture
def complete(index):
    def ask(q, viewer=None, **more):
        return AutocompleteChallengesHandler(index)(AutocompleteChallenges(q=q, **more), person(viewer) if viewer else None).items

    return ask


def ids(answer):
    return [item.id for item in answer.items]


@pytest.mark.parametrize(
    "q", ["pipeline", "data pipeline", "data pipelin", "dta pipelines", "dtaa pipelien", "pipe", "PIPELINE!", "the data pipeline please"]
)
def test_words_are_found_in_spite_of_typing_errors(search, q):
    assert PIPELINE.id in ids(search(q))


@pytest.mark.parametrize("q", ["kuberntes", "kubrenetes", "c++", "devops", "monitor", "chart"])
def test_skills_tags_and_inflected_words_are_found(search, q):
    assert ids(search(q)) == [CLUSTER.id]


@pytest.mark.parametrize("q", ["zebra", "sq", "pipeline zebra", "'); drop", "* OR *", "title:pipeline^9 AND NOT", "+++"])
def test_what_is_not_there_is_not_found(search, q):
    assert PIPELINE.id not in ids(search(q))


def test_the_title_counts_more_than_the_text(search):
    answer = search("pipeline")
    assert ids(answer) == [PIPELINE.id, CLUSTER.id]
    assert 1 >= answer.items[0].score > answer.items[1].score > 0


def test_a_private_challenge_is_there_for_its_people_alone_counts_included(search, complete):
    for viewer in (None, OUTSIDER):
        answer = search("pipeline", viewer)
        assert SECRET.id not in ids(answer)
        assert (answer.total, sum(count.count for count in answer.categories)) == (2, 2)
        assert complete("cob", viewer) == ()
        assert complete("secret", viewer) == ()
    for viewer in (OWNER, INVITED):
        answer = search("pipeline", viewer)
        assert SECRET.id in ids(answer)
        assert (answer.total, sum(count.count for count in answer.difficulties)) == (3, 3)
        assert complete("cob", viewer) == ("Cobol",)


def test_closed_challenges_are_not_found(search, index):
    assert CLOSED.id not in ids(search("closed data pipeline"))
    own = TantivySearch(lambda: NOW)
    own.apply([PIPELINE])
    own.apply([PIPELINE.moved(ChallengeStatus.CANCELLED, 2)])
    assert SearchChallengesHandler(own)(SearchChallenges(q="pipeline"), None).total == 0


@pytest.mark.parametrize("sort", ["relevance", "newest", "reward", "deadline"])
def test_a_challenge_is_found_counted_and_completed_until_its_deadline_and_no_longer(sort):
    now = [NOW]
    own = TantivySearch(lambda: now[0])
    soon = challenge(title="Data pipeline", skills=("Cobol",), category=Category.DESIGN, deadline=NOW + timedelta(days=1))
    later = challenge(title="Other pipeline", difficulty=Difficulty.EXPERT, deadline=NOW + timedelta(days=1, milliseconds=1))
    own.apply([soon, later])
    search, complete = SearchChallengesHandler(own), AutocompleteChallengesHandler(own)

    def shown():
        answer = search(SearchChallenges(q="pipeline", sort=sort), None)
        counts = {count.value for facet in (answer.categories, answer.difficulties) for count in facet}
        return set(ids(answer)), answer.total, counts, complete(AutocompleteChallenges(q="cob"), None).items

    both = ({soon.id, later.id}, 2, {"design", "data", "intermediate", "expert"}, ("Cobol",))
    now[0] = NOW + timedelta(days=1, milliseconds=-1)
    assert shown() == both
    now[0] = NOW + timedelta(days=1)
    assert shown() == ({later.id}, 1, {"data", "expert"}, ())
    assert search(SearchChallenges(q="pipeline", sort=sort, deadline_before=NOW + timedelta(days=1)), None).total == 0
    now[0] = NOW
    assert shown() == both, "a clock that is set back finds it again"


def test_pages_go_on_when_a_deadline_passes_between_them():
    now = [NOW]
    own = TantivySearch(lambda: now[0])
    crowd = [challenge(title="Pipeline", deadline=NOW + timedelta(days=number)) for number in range(1, 6)]
    own.apply(crowd)
    first = SearchChallengesHandler(own)(SearchChallenges(q="pipeline", sort="deadline", limit=2), None)
    now[0] = NOW + timedelta(days=3)
    rest = SearchChallengesHandler(own)(SearchChallenges(q="pipeline", sort="deadline", limit=5, cursor=first.next_cursor), None)
    assert (ids(first), ids(rest)) == ([one.id for one in crowd[:2]], [one.id for one in crowd[3:]])


def test_an_edit_replaces_what_was_found():
    own = TantivySearch(lambda: NOW)
    own.apply([PIPELINE])
    own.apply([challenge(id=PIPELINE.id, title="Paint a fence", description="Green.", skills=(), tags=())])
    handler = SearchChallengesHandler(own)
    assert handler(SearchChallenges(q="pipeline"), None).total == 0
    assert ids(handler(SearchChallenges(q="fence"), None)) == [PIPELINE.id]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"category": "data"}, {PIPELINE.id}),
        ({"difficulty": "beginner"}, {LOGO.id}),
        ({"currency": "EUR", "min_reward": 100_000}, {PIPELINE.id, CLUSTER.id}),
        ({"currency": "EUR", "min_reward": 200_001}, set()),
        ({"currency": "JPY", "min_reward": 1}, set()),
        ({"currency": "EUR", "max_reward": 20_000}, {LOGO.id}),
        ({"currency": "EUR", "min_reward": 30_000, "max_reward": 40_000}, {LOGO.id}),
        ({"currency": "USD"}, set()),
        ({"currency": "EUR"}, {PIPELINE.id, CLUSTER.id, LOGO.id}),
        ({"deadline_before": NOW + timedelta(days=5)}, set()),
        ({"deadline_before": NOW + timedelta(days=6)}, {LOGO.id}),
    ],
)
def test_filters(search, filters, found):
    every = [item for q in ("pipeline", "logo", "kubernetes") for item in search(q, **filters).items]
    assert {item.id for item in every} == found


@pytest.mark.parametrize("query", [{"min_reward": 1}, {"max_reward": 1}, {"min_reward": 0, "max_reward": 0}])
def test_an_amount_needs_its_currency(search, query):
    with pytest.raises(CurrencyRequired) as refusal:
        search("pipeline", **query)
    problem = refusal.value.problem()
    assert (problem.kind, problem.code) == (Kind.INVALID, "matching.filter.currency_required")
    assert [(field.pointer, field.detail) for field in problem.fields] == [("/currency", "is needed with min_reward or max_reward")]


def test_rewards_are_ordered_within_their_currency():
    prices = [("EUR", 10), ("EUR", 30), ("JPY", MAX_AMOUNT_MINOR), ("JPY", MAX_AMOUNT_MINOR - 1), ("ZMW", 1), ("AED", 2)]
    crowd = [challenge(title="Pipeline", reward=FixedReward(amount=Price(amount_minor=n, currency=code))) for code, n in prices]
    own, seen, cursor = TantivySearch(lambda: NOW), [], None
    own.apply(crowd)
    while len(seen) < len(crowd):
        answer = SearchChallengesHandler(own)(SearchChallenges(q="pipeline", sort="reward", limit=1, cursor=cursor), None)
        seen, cursor = [*seen, *answer.items], answer.next_cursor
    ordered = [(item.max_reward.currency, item.max_reward.amount_minor) for item in seen]
    assert ordered == sorted(prices, key=lambda price: (price[0], -price[1]))
    assert cursor is None


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("newest", [CLUSTER, PIPELINE]),
        ("reward", [CLUSTER, PIPELINE]),
        ("deadline", [PIPELINE, CLUSTER]),
        ("relevance", [PIPELINE, CLUSTER]),
    ],
)
def test_sorts(search, sort, order):
    expected = [item.id for item in order]
    if sort == "deadline":  # the same day: the id decides
        expected = sorted(expected)
    assert ids(search("pipeline", sort=sort)) == expected


@pytest.mark.parametrize("sort", ["relevance", "newest", "reward", "deadline"])
def test_pages_give_everything_once_in_order(sort):
    own = TantivySearch(lambda: NOW)
    crowd = [
        challenge(
            title=f"Pipeline number {n % 3}",
            reward=FixedReward(amount=euros(1000 * (n % 4 + 1))),
            published_at=NOW + timedelta(minutes=n % 5),
            deadline=NOW + timedelta(days=n % 2 + 1),
        )
        for n in range(25)
    ]
    own.apply(crowd)
    handler, seen, cursor = SearchChallengesHandler(own), [], None
    while True:
        answer = handler(SearchChallenges(q="pipeline", sort=sort, limit=7, cursor=cursor), None)
        assert answer.total == 25
        seen += ids(answer)
        if (cursor := answer.next_cursor) is None:
            break
    assert seen == ids(handler(SearchChallenges(q="pipeline", sort=sort, limit=100), None))
    assert sorted(seen) == sorted(item.id for item in crowd)


@pytest.mark.parametrize("sort", ["relevance", "newest", "reward", "deadline"])
def test_a_crowd_that_is_alike_is_given_whole_and_in_order(sort, monkeypatch):
    """More than are looked at in one go have the same place in the order."""
    monkeypatch.setattr(tantivy_order, "_AT_FIRST", 100)
    crowd = [challenge(title="Pipeline", published_at=NOW + timedelta(seconds=n % 125 - n % 2)) for n in range(250)]
    best = [challenge(title="Pipeline pipelines", skills=("pipeline",), reward=FixedReward(amount=euros(10**9))) for _ in range(3)]
    answers = []
    for rows in ([*crowd, *best], [*best, *reversed(crowd)]):
        own, cursor = TantivySearch(lambda: NOW), None
        own.apply(rows)
        handler, seen = SearchChallengesHandler(own), []
        while len(seen) < 50 or (sort == "reward" and cursor):
            answer = handler(SearchChallenges(q="pipeline", sort=sort, limit=25, cursor=cursor), None)
            seen, cursor = [*seen, *ids(answer)], answer.next_cursor
        answers.append(seen)
    assert answers[0] == answers[1]
    if sort == "relevance":
        newest = sorted((-one.content.published_at.timestamp(), one.id) for one in (*crowd, *best))
        assert answers[0] == [id_ for _, id_ in newest[:50]]
    if sort == "reward":
        assert answers[0] == [*sorted(one.id for one in best), *sorted(one.id for one in crowd)]


def test_two_indexes_built_otherwise_answer_alike():
    one, other = TantivySearch(lambda: NOW), TantivySearch(lambda: NOW)
    crowd = [challenge(title=f"Data pipeline {n}", description="pipeline " * (n % 4)) for n in range(12)]
    one.apply(crowd)
    for item in reversed(crowd):
        other.apply([item])
    query = SearchChallenges(q="data pipelne", limit=12)
    assert SearchChallengesHandler(one)(query, None) == SearchChallengesHandler(other)(query, None)


@pytest.mark.parametrize(
    "cursor",
    [
        "abc",
        encode_cursor([1, "x"], [("published_at", 1), ("_id", 1)]),
        encode_cursor([2**63, 1, "x"], [("score", 1), ("published_at", 1), ("_id", 1)]),
    ],
)
def test_a_cursor_that_is_not_of_this_list_is_refused(search, cursor):
    with pytest.raises(InvalidCursor):
        search("pipeline", cursor=cursor)


def test_a_cursor_of_the_time_when_currencies_were_mixed_is_refused(search):
    with pytest.raises(InvalidCursor):
        search("pipeline", sort="reward", cursor=encode_cursor([-1000, "x"], [("reward", 1), ("_id", 1)]))


def test_facets_count_all_hits(search):
    answer = search("pipeline", limit=1)
    assert len(answer.items) == 1
    assert [(count.value, count.count) for count in answer.categories] == [("data", 1), ("software", 1)]
    assert [(count.value, count.count) for count in answer.difficulties] == [("intermediate", 2)]


def test_a_hit_shows_what_a_list_needs(search):
    (hit,) = search("kubernetes").items
    assert (hit.min_reward, hit.max_reward) == (euros(200_000), euros(200_000))
    assert hit.summary == "Containers, charts and monitoring for the data pipelines of a shop."


@pytest.mark.parametrize(
    ("typed", "completions"),
    [
        ("kub", ("Kubernetes", "Move our shop to Kubernetes")),
        ("kuberm", ("Kubernetes", "Move our shop to Kubernetes")),
        ("py", ("Python",)),
        ("build a da", ("Build a data pipeline",)),
        ("a lgo", ("Design a logo for our bakery",)),
        ("lg", ()),  # two letters: too short for an error
        ("our ba", ("Design a logo for our bakery",)),
        ("xyz", ()),
        ("?", ()),
    ],
)
def test_completions(complete, typed, completions):
    assert complete(typed) == completions


def test_completions_are_limited(complete):
    assert len(complete("p", limit=1)) == 1


def test_before_the_first_rows_there_is_no_index():
    with pytest.raises(IndexUnavailable):
        SearchChallengesHandler(TantivySearch(lambda: NOW))(SearchChallenges(q="x"), None)


def test_an_empty_query_is_not_a_query():
    with pytest.raises(ValidationError):
        SearchChallenges(q="   ")
