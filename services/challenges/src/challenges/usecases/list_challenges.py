"""List challenges: the open ones of the market, those one is invited to, or one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from challenges.domain.challenge import Challenge
from challenges.domain.errors import CurrencyRequired, ListsExclusive, LoginRequired
from challenges.usecases.access import is_staff
from challenges.usecases.ports import Challenges, Filters, KeptOut, Now
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.queries import ListChallenges
from contracts.challenges.terms import ChallengeStatus
from contracts.challenges.views import ChallengeView
from contracts.errors import FieldError
from contracts.paging import Page

_READS = 10  # of the database, for one page of the market: many challenges in a row may belong to people who are kept out
_Read = Callable[[str | None, int], tuple[list[Challenge], str | None]]  # a page behind a cursor, of at most so many


@dataclass(frozen=True, slots=True)
class ListChallengesHandler:
    challenges: Challenges
    kept_out: KeptOut
    now: Now

    def __call__(self, query: ListChallenges, principal: Principal | None) -> Page[ChallengeView]:
        """Public challenges, open ones unless another status is asked for; with `mine` those one posted or works on.

        With `invited` the open private ones that one is invited to. Of both lists of open ones those are left out that take no
        applications any more, and those of people who are suspended or banned, who could accept nobody. A page may hold fewer than
        `limit`.

        Raises:
            LoginRequired: `mine` or `invited`, asked by nobody.
            ListsExclusive: `mine` and `invited` at once.
            CurrencyRequired: an amount without its currency.
            InvalidCursor.
        """
        viewer_id = principal.user_id if principal else None
        challenges, next_cursor = self._found(query, viewer_id)
        views = tuple(challenge_view(each, viewer_id, staff=is_staff(principal)) for each in challenges)
        return Page[ChallengeView](items=views, next_cursor=next_cursor)

    def _found(self, query: ListChallenges, viewer_id: str | None) -> tuple[list[Challenge], str | None]:
        filters = _filters(query)
        if query.mine:
            return self.challenges.page_of_party(_known(viewer_id), filters, query.sort, query.cursor, query.limit)
        of_open = query.status in (None, ChallengeStatus.OPEN)
        if of_open:
            filters = replace(filters, deadline_after=self.now())
        if query.invited:
            read = partial(self.challenges.page_invited, _known(viewer_id), filters, query.sort)
            return self._market(query, read) if of_open else ([], None)  # one is invited to apply
        if query.status is ChallengeStatus.DRAFT:
            return [], None  # drafts are their owner's alone
        return self._market(query, partial(self.challenges.page_public, filters, query.sort))

    def _market(self, query: ListChallenges, page: _Read) -> tuple[list[Challenge], str | None]:
        shown: list[Challenge] = []
        cursor = query.cursor
        for _ in range(_READS):
            read, cursor = page(cursor, query.limit - len(shown))
            owners = {challenge.challenger_id for challenge in read if challenge.status is ChallengeStatus.OPEN}
            hidden = self.kept_out(owners) if owners else ()
            shown += [
                challenge for challenge in read if challenge.status is not ChallengeStatus.OPEN or challenge.challenger_id not in hidden
            ]
            if cursor is None or len(shown) == query.limit:
                break
        return shown, cursor


def _known(viewer_id: str | None) -> str:
    if viewer_id is None:
        raise LoginRequired
    return viewer_id


def _filters(query: ListChallenges) -> Filters:
    if query.mine and query.invited:
        raise ListsExclusive(fields=(FieldError(pointer="/invited", detail="cannot be asked for together with mine"),))
    if query.currency is None and (query.min_reward is not None or query.max_reward is not None):
        raise CurrencyRequired(fields=(FieldError(pointer="/currency", detail="is needed with min_reward or max_reward"),))
    return Filters(
        status=query.status,
        category=query.category,
        difficulty=query.difficulty,
        min_reward=query.min_reward,
        max_reward=query.max_reward,
        currency=query.currency,
        deadline_before=query.deadline_before,
    )
