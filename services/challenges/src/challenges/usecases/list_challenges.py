"""List challenges: the open ones of the market, or one's own."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.challenge import Challenge
from challenges.domain.errors import CurrencyRequired, LoginRequired
from challenges.usecases.access import is_staff
from challenges.usecases.ports import Challenges, Filters, KeptOut
from challenges.usecases.views import challenge_view
from chassis.principal import Principal
from contracts.challenges.queries import ListChallenges
from contracts.challenges.terms import ChallengeStatus
from contracts.challenges.views import ChallengeView
from contracts.errors import FieldError
from contracts.paging import Page

_READS = 10  # of the database, for one page of the market: many challenges in a row may belong to people who are kept out


@dataclass(frozen=True, slots=True)
class ListChallengesHandler:
    challenges: Challenges
    kept_out: KeptOut

    def __call__(self, query: ListChallenges, principal: Principal | None) -> Page[ChallengeView]:
        """Public challenges, open ones unless another status is asked for; with `mine` those one posted or works on.

        Open ones of people who are suspended or banned are left out: nobody could be accepted. A page may hold fewer than `limit`.

        Raises:
            LoginRequired: `mine`, asked by nobody.
            CurrencyRequired: an amount without its currency.
            InvalidCursor.
        """
        filters = _filters(query)
        if query.mine:
            if principal is None:
                raise LoginRequired
            found = self.challenges.page_of_party(principal.user_id, filters, query.sort, query.cursor, query.limit)
        elif query.status is ChallengeStatus.DRAFT:
            found = [], None  # drafts are their owner's alone
        else:
            found = self._market(query, filters)
        challenges, next_cursor = found
        viewer_id = principal.user_id if principal else None
        views = tuple(challenge_view(each, viewer_id, staff=is_staff(principal)) for each in challenges)
        return Page[ChallengeView](items=views, next_cursor=next_cursor)

    def _market(self, query: ListChallenges, filters: Filters) -> tuple[list[Challenge], str | None]:
        shown: list[Challenge] = []
        cursor = query.cursor
        for _ in range(_READS):
            read, cursor = self.challenges.page_public(filters, query.sort, cursor, query.limit - len(shown))
            owners = {challenge.challenger_id for challenge in read if challenge.status is ChallengeStatus.OPEN}
            hidden = self.kept_out(owners) if owners else ()
            shown += [
                challenge for challenge in read if challenge.status is not ChallengeStatus.OPEN or challenge.challenger_id not in hidden
            ]
            if cursor is None or len(shown) == query.limit:
                break
        return shown, cursor


def _filters(query: ListChallenges) -> Filters:
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
