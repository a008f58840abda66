"""The search that always answers: by the index, or by the database while the index cannot."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from matching.adapters.mongo_search import MongoSearch
from matching.adapters.tantivy_search import IndexUnavailable, TantivySearch
from matching.domain.challenge import Challenge
from matching.domain.search import Criteria, Found, OrderKeys

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SteadySearch:
    """The port Search."""

    index: TantivySearch
    database: MongoSearch

    def search(self, criteria: Criteria, viewer_id: str | None, after: OrderKeys | None, limit: int) -> Found:
        try:
            return self.index.search(criteria, viewer_id, after, limit)
        except IndexUnavailable as error:
            log.warning("search_index_unavailable", reason=str(error))
            return self.database.search(criteria, viewer_id, after, limit)

    def beginning_with(self, typed: tuple[str, ...], viewer_id: str | None, limit: int) -> list[Challenge]:
        try:
            return self.index.beginning_with(typed, viewer_id, limit)
        except IndexUnavailable as error:
            log.warning("search_index_unavailable", reason=str(error))
            return self.database.beginning_with(typed, viewer_id, limit)
