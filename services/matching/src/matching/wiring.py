"""The only place where matching's adapters meet its use cases."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.entitlements import entitlements
from chassis.native_threads import NativeThreads
from chassis.privacy.keeping import Keeper
from chassis.wiring import Resources
from matching.adapters.market import MemoryMarket
from matching.adapters.minilm import MiniLm
from matching.adapters.mongo_search import MongoSearch
from matching.adapters.personal_data import personal_data
from matching.adapters.repositories import MongoChallenges, MongoSolvers
from matching.adapters.search import SteadySearch
from matching.adapters.tantivy_search import TantivySearch
from matching.adapters.unit_of_work import MatchingUnitOfWork
from matching.settings import Settings
from matching.usecases.autocomplete_challenges import AutocompleteChallengesHandler
from matching.usecases.embed_anew import EmbedAnewHandler
from matching.usecases.match_challenges import MatchChallengesHandler
from matching.usecases.match_solvers import MatchSolversHandler
from matching.usecases.ports import Embeddings
from matching.usecases.record_challenge import RecordChallengeHandler
from matching.usecases.record_profile import RecordProfileHandler
from matching.usecases.record_status import RecordStatusHandler
from matching.usecases.refresh_market import RefreshMarketHandler
from matching.usecases.search_challenges import SearchChallengesHandler


@dataclass(frozen=True, slots=True)
class UseCases:
    """All that matching can do."""

    search_challenges: SearchChallengesHandler
    autocomplete_challenges: AutocompleteChallengesHandler
    match_solvers: MatchSolversHandler
    match_challenges: MatchChallengesHandler
    record_profile: RecordProfileHandler
    record_challenge: RecordChallengeHandler
    record_status: RecordStatusHandler
    refresh_market: RefreshMarketHandler
    embed_anew: EmbedAnewHandler


def build(resources: Resources[Settings]) -> UseCases:
    store, settings = resources.store, resources.settings
    embeddings, entitled = _embeddings(settings), entitlements(resources)
    challenges, solvers = MongoChallenges(), MongoSolvers()
    index = TantivySearch()
    market = MemoryMarket(store.database, index, embeddings.name)
    search = SteadySearch(index, MongoSearch(store.database))

    def unit_of_work() -> MatchingUnitOfWork:
        return MatchingUnitOfWork(store)

    return UseCases(
        search_challenges=SearchChallengesHandler(search),
        autocomplete_challenges=AutocompleteChallengesHandler(search),
        match_solvers=MatchSolversHandler(challenges, market, embeddings, entitled),
        match_challenges=MatchChallengesHandler(solvers, market, embeddings, resources.clock.now),
        record_profile=RecordProfileHandler(unit_of_work, solvers, embeddings),
        record_challenge=RecordChallengeHandler(
            unit_of_work, challenges, embeddings, market, settings.tell_at_most, settings.tell_from_score, entitled
        ),
        record_status=RecordStatusHandler(unit_of_work),
        refresh_market=RefreshMarketHandler(market),
        embed_anew=EmbedAnewHandler(unit_of_work, market, embeddings),
    )


def build_privacy(resources: Resources[Settings]) -> Keeper:
    return personal_data(resources.store.database)


def _embeddings(settings: Settings) -> Embeddings:
    if settings.openai_api_key is not None:
        from matching.adapters.openai_embeddings import OpenAiEmbeddings  # takes seconds and 50 MB: only for those who use it

        return OpenAiEmbeddings(settings.openai_api_key.get_secret_value(), settings.openai_api_base, settings.openai_model)
    return MiniLm(NativeThreads(1))
