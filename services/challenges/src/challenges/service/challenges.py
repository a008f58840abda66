"""What challenges answers to about challenges, the payments events it follows, its timer: one line an entrypoint, no rule lives here."""

from challenges.wiring import UseCases, build
from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from contracts.base import Done
from contracts.challenges.commands import CancelChallenge, CreateChallenge, DeleteChallenge, EditChallenge, PublishChallenge
from contracts.challenges.queries import GetChallenge, ListChallenges
from contracts.challenges.views import ChallengeView
from contracts.paging import Page
from contracts.payments.events import EscrowFunded, FundsRefunded, FundsReleased


class ChallengesService:
    """Challenges from draft to done; follows their money."""

    name = "challenges"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def create_challenge(self, command: CreateChallenge, principal: Principal) -> ChallengeView:
        return self.use_cases.create_challenge(command, principal)

    @rpc
    def edit_challenge(self, command: EditChallenge, principal: Principal) -> ChallengeView:
        return self.use_cases.edit_challenge(command, principal)

    @rpc
    def publish_challenge(self, command: PublishChallenge, principal: Principal) -> ChallengeView:
        return self.use_cases.publish_challenge(command, principal)

    @rpc
    def cancel_challenge(self, command: CancelChallenge, principal: Principal) -> ChallengeView:
        return self.use_cases.cancel_challenge(command, principal)

    @rpc
    def delete_challenge(self, command: DeleteChallenge, principal: Principal) -> Done:
        return self.use_cases.delete_challenge(command, principal)

    @rpc
    def get_challenge(self, query: GetChallenge, principal: Principal | None) -> ChallengeView:
        return self.use_cases.get_challenge(query, principal)

    @rpc
    def list_challenges(self, query: ListChallenges, principal: Principal | None) -> Page[ChallengeView]:
        return self.use_cases.list_challenges(query, principal)

    @on_event
    def on_escrow_funded(self, event: EscrowFunded) -> None:
        self.use_cases.record_funding(event, delivered().sequence)

    @on_event
    def on_funds_released(self, event: FundsReleased) -> None:
        self.use_cases.record_release(event, delivered().sequence)

    @on_event
    def on_funds_refunded(self, event: FundsRefunded) -> None:
        self.use_cases.record_refund(event, delivered().sequence)

    @timer(seconds=5)
    def lapse_challenges(self) -> None:
        self.use_cases.lapse_challenges()
