"""Show the escrow of a challenge to those it concerns."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.queries import GetChallengeEscrow
from contracts.payments.views import EscrowView
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import escrow_view, visible


@dataclass(frozen=True, slots=True)
class GetChallengeEscrowHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetChallengeEscrow, principal: Principal) -> EscrowView:
        """Raises:
        EscrowNotFound: no application was accepted yet, or this person may not see it.
        """
        with self.unit_of_work() as work:
            return escrow_view(visible(work.escrows.of_challenge(query.challenge_id), principal), principal)
