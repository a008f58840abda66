"""Finding the escrow an event of a challenge is about."""

from __future__ import annotations

from chassis.retry import NotYet
from payments.domain.escrow import Escrow
from payments.usecases.ports import UnitOfWork


def known_escrow(work: UnitOfWork, challenge_id: str) -> Escrow:
    """The escrow of a challenge's engagement.

    Raises:
        NotYet: the engagement is not known here yet.
    """
    escrow = work.escrows.of_challenge(challenge_id)
    if escrow is None:
        raise NotYet(f"no escrow of {challenge_id} yet")
    return escrow
