"""What identity answers about referrals, and by what event it learns that one paid off: one line an entrypoint."""

from chassis.entrypoints import UseCasesProvider, on_event, rpc
from chassis.principal import Principal
from contracts.base import Done
from contracts.challenges.events import ChallengeCompleted
from contracts.identity.referrals import ClaimReferral, GetReferral, ReferralView
from identity.wiring_credentials import CredentialUseCases, build_credentials


class ReferralsService:
    """Who came by whom."""

    name = "referrals"
    use_cases: CredentialUseCases = UseCasesProvider(build_credentials)

    @rpc
    def get_referral(self, query: GetReferral, principal: Principal) -> ReferralView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_referral(principal)

    @rpc
    def claim_referral(self, command: ClaimReferral, principal: Principal) -> Done:
        return self.use_cases.claim_referral(command, principal)

    @on_event
    def on_challenge_completed(self, event: ChallengeCompleted) -> None:
        self.use_cases.qualify_referrals(event)
