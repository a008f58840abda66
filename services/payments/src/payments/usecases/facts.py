"""The events of an escrow."""

from __future__ import annotations

from contracts.money import Money, Price
from contracts.payments.events import EscrowFunded, FundingFailed, FundsRefunded, FundsReleased
from payments.domain.escrow import Escrow
from payments.domain.fees import Share


def escrow_funded(escrow: Escrow, milestone_ids: tuple[str, ...], amount: int) -> EscrowFunded:
    return EscrowFunded(
        escrow_id=escrow.id,
        challenge_id=escrow.challenge_id,
        challenge_title=escrow.challenge_title,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        milestone_ids=milestone_ids,
        amount=Price(amount_minor=amount, currency=escrow.currency),
    )


def funding_failed(escrow: Escrow, milestone_ids: tuple[str, ...], code: str) -> FundingFailed:
    return FundingFailed(
        escrow_id=escrow.id,
        challenge_id=escrow.challenge_id,
        challenge_title=escrow.challenge_title,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        milestone_ids=milestone_ids,
        code=code,
    )


def funds_released(escrow: Escrow, milestone_id: str, share: Share) -> FundsReleased:
    return FundsReleased(
        escrow_id=escrow.id,
        challenge_id=escrow.challenge_id,
        challenge_title=escrow.challenge_title,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        milestone_id=milestone_id,
        gross=Price(amount_minor=share.gross, currency=escrow.currency),
        fee=Money(amount_minor=share.fee, currency=escrow.currency),
        net=Money(amount_minor=share.net, currency=escrow.currency),
        milestone_settled=escrow.milestone(milestone_id).held == 0,
    )


def funds_refunded(escrow: Escrow, milestone_id: str, amount: int, reason: str) -> FundsRefunded:
    return FundsRefunded(
        escrow_id=escrow.id,
        challenge_id=escrow.challenge_id,
        challenge_title=escrow.challenge_title,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        milestone_id=milestone_id,
        amount=Price(amount_minor=amount, currency=escrow.currency),
        reason=reason,
        milestone_settled=escrow.milestone(milestone_id).held == 0,
    )
