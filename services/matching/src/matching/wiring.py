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
from matching.adapters.sparing_embeddings import SparingEmbeddings
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
from matching.usecases.record_standing import RecordStandingHandler
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
    record_standing: RecordStandingHandler
    refresh_market: RefreshMarketHandler
    embed_anew: EmbedAnewHandler


def build(resources: Resources[Settings]) -> UseCases:
    store, settings = resources.store, resources.settings
    embeddings, in_events = _embeddings(settings)
    entitled, now = entitlements(resources), resources.clock.now
    challenges, solvers = MongoChallenges(), MongoSolvers()
    index = TantivySearch(now)
    market = MemoryMarket(store.database, index, embeddings.name, now)
    search = SteadySearch(index, MongoSearch(store.database, now))

    def unit_of_work() -> MatchingUnitOfWork:
        return MatchingUnitOfWork(store)

    return UseCases(
        search_challenges=SearchChallengesHandler(search),
        autocomplete_challenges=AutocompleteChallengesHandler(search),
        match_solvers=MatchSolversHandler(challenges, market, embeddings, entitled),
        match_challenges=MatchChallengesHandler(solvers, market, embeddings, now),
        record_profile=RecordProfileHandler(unit_of_work, solvers, in_events),
        record_challenge=RecordChallengeHandler(
            unit_of_work, challenges, in_events, market, settings.tell_at_most, settings.tell_from_score, entitled, now
        ),
        record_status=RecordStatusHandler(unit_of_work),
        record_standing=RecordStandingHandler(unit_of_work),
        refresh_market=RefreshMarketHandler(market),
        embed_anew=EmbedAnewHandler(unit_of_work, market, embeddings),
    )


def build_privacy(resources: Resources[Settings]) -> Keeper:
    return personal_data(resources.store.database)


def _embeddings(settings: Settings) -> tuple[Embeddings, SparingEmbeddings]:
    """For the timer, which takes its time, and for the handlers of events, which take the workers that requests need."""
    if settings.openai_api_key is not None:
        from matching.adapters.openai_embeddings import OpenAiEmbeddings  # takes seconds and 50 MB: only for those who use it

        access = settings.openai_api_key.get_secret_value(), settings.openai_api_base, settings.openai_model
        return OpenAiEmbeddings(*access), SparingEmbeddings(OpenAiEmbeddings(*access, in_haste=True))
    local = MiniLm(NativeThreads(1))
    return local, SparingEmbeddings(local)
