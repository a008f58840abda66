"""What matching answers to: one line an entrypoint, no rule lives here."""

from chassis import entitlements
from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from chassis.privacy.service import privacy_service
from contracts.challenges.events import ApplicationAccepted, ChallengeCancelled, ChallengeCompleted, ChallengePublished, ChallengeUpdated
from contracts.identity.events import ProfileUpdated, StandingChanged, UserRegistered
from contracts.matching.queries import AutocompleteChallenges, MatchChallenges, MatchSolvers, SearchChallenges
from contracts.matching.views import ChallengeMatchesView, SearchResultView, SolverMatchesView, SuggestionsView
from matching.wiring import UseCases, build, build_privacy


class MatchingService:
    """Search, and who fits what."""

    name = "matching"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def search_challenges(self, query: SearchChallenges, principal: Principal | None) -> SearchResultView:
        return self.use_cases.search_challenges(query, principal)

    @rpc
    def autocomplete_challenges(self, query: AutocompleteChallenges, principal: Principal | None) -> SuggestionsView:
        return self.use_cases.autocomplete_challenges(query, principal)

    @rpc
    def match_solvers(self, query: MatchSolvers, principal: Principal) -> SolverMatchesView:
        return self.use_cases.match_solvers(query, principal)

    @rpc
    def match_challenges(self, query: MatchChallenges, principal: Principal) -> ChallengeMatchesView:
        return self.use_cases.match_challenges(query, principal)

    @on_event
    def on_user_registered(self, event: UserRegistered) -> None:
        self.use_cases.record_profile(event, delivered().sequence)

    @on_event
    def on_profile_updated(self, event: ProfileUpdated) -> None:
        self.use_cases.record_profile(event, delivered().sequence)

    @on_event
    def on_standing_changed(self, event: StandingChanged) -> None:
        self.use_cases.record_standing(event, delivered().sequence)

    @on_event
    def on_challenge_published(self, event: ChallengePublished) -> None:
        self.use_cases.record_challenge(event, delivered().sequence)

    @on_event
    def on_challenge_updated(self, event: ChallengeUpdated) -> None:
        self.use_cases.record_challenge(event, delivered().sequence)

    @on_event
    def on_application_accepted(self, event: ApplicationAccepted) -> None:
        self.use_cases.record_status(event, delivered().sequence)

    @on_event
    def on_challenge_cancelled(self, event: ChallengeCancelled) -> None:
        self.use_cases.record_status(event, delivered().sequence)

    @on_event
    def on_challenge_completed(self, event: ChallengeCompleted) -> None:
        self.use_cases.record_status(event, delivered().sequence)

    @timer(seconds=0.25)
    def refresh_market(self) -> None:
        self.use_cases.refresh_market()

    @timer(seconds=2)
    def embed_anew(self) -> None:
        self.use_cases.embed_anew()


SERVICES = [MatchingService, entitlements.listener("matching"), privacy_service("matching", build_privacy)]
