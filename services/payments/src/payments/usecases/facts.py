"""The events of an escrow."""

from __future__ import annotations

from typing import TypedDict

from contracts.money import Money, Price
from contracts.payments.events import (
    ChargebackClosed,
    ChargebackOpened,
    EscrowFrozen,
    EscrowFunded,
    EscrowUnfrozen,
    ExtraPaid,
    FundingFailed,
    FundsRefunded,
    FundsReleased,
    PayoutAccountDue,
    ReleaseTakenBack,
)
from contracts.payments.views import MilestoneKind
from payments.domain.chargeback import Chargeback
from payments.domain.escrow import Escrow
from payments.domain.fees import Share
from payments.domain.milestone import Status
from payments.domain.saga import RefundOrder, ReleaseOrder

TAKEN_BY_BANK = "The payer's bank took the payment back."


class Parties(TypedDict):
    """What every event of an escrow tells."""

    escrow_id: str
    challenge_id: str
    challenge_title: str
    payer_id: str
    payee_id: str


def parties(escrow: Escrow) -> Parties:
    return {
        "escrow_id": escrow.id,
        "challenge_id": escrow.challenge_id,
        "challenge_title": escrow.challenge_title,
        "payer_id": escrow.payer_id,
        "payee_id": escrow.payee_id,
    }


def escrow_funded(escrow: Escrow, milestone_ids: tuple[str, ...], amount: int) -> EscrowFunded:
    return EscrowFunded(**parties(escrow), milestone_ids=milestone_ids, amount=Price(amount_minor=amount, currency=escrow.currency))


def refund_returned(escrow: Escrow, order: RefundOrder) -> EscrowFunded:
    """The money is held again. As when it went back, it is news of money alone where no work waits for it: then no milestone is named."""
    known = (order.milestone_id,) if _is_about_work(escrow, order) else ()
    return escrow_funded(escrow, known, order.amount + order.sponsored)


def funding_failed(escrow: Escrow, milestone_ids: tuple[str, ...], code: str) -> FundingFailed:
    return FundingFailed(**parties(escrow), milestone_ids=milestone_ids, code=code)


def released(escrow: Escrow, milestone_id: str, share: Share, recipient_id: str) -> FundsReleased | ExtraPaid:
    """A tip or a bonus is no milestone that others know: it has an event of its own."""
    step = escrow.milestone(milestone_id)
    gross = Price(amount_minor=share.gross, currency=escrow.currency)
    fee, net = (Money(amount_minor=amount, currency=escrow.currency) for amount in (share.fee, share.net))
    if step.kind is not MilestoneKind.WORK:
        return ExtraPaid(**parties(escrow), kind=step.kind, gross=gross, fee=fee, net=net, recipient_id=recipient_id)
    return FundsReleased(
        **parties(escrow),
        milestone_id=milestone_id,
        gross=gross,
        fee=fee,
        net=net,
        milestone_settled=step.status is Status.RELEASED,
        recipient_id=recipient_id,
    )


def funds_refunded(escrow: Escrow, order: RefundOrder, *, by_bank: bool = False) -> FundsRefunded:
    """What is taken back after it was released is news of money alone: the milestone was settled before. So is what goes back of a tip or
    a bonus, which is no milestone that others know.
    """
    status = escrow.milestone(order.milestone_id).status if _is_about_work(escrow, order) else None
    return FundsRefunded(
        **parties(escrow),
        milestone_id=order.milestone_id,
        amount=Price(amount_minor=order.amount, currency=escrow.currency),
        reason=order.reason,
        milestone_settled=status is Status.REFUNDED,
        milestone_released=status is Status.RELEASED,
        by_bank=by_bank,
    )


def _is_about_work(escrow: Escrow, order: RefundOrder) -> bool:
    return escrow.milestone(order.milestone_id).kind is MilestoneKind.WORK and not order.taken_back


def taken_by_bank(escrow: Escrow, milestone_id: str, amount: int) -> FundsRefunded:
    """A chargeback was lost: this much of what was held is the payer's again."""
    return funds_refunded(escrow, RefundOrder(escrow.id, milestone_id, amount, escrow.currency, "", TAKEN_BY_BANK), by_bank=True)


def release_taken_back(escrow: Escrow, order: ReleaseOrder, share: Share, reason: str) -> ReleaseTakenBack:
    net = Money(amount_minor=share.net, currency=escrow.currency)
    return ReleaseTakenBack(**parties(escrow), milestone_id=order.milestone_id, recipient_id=order.payee_id, net=net, reason=reason)


def payout_account_due(escrow: Escrow, recipient_id: str, net: int) -> PayoutAccountDue:
    amount = Price(amount_minor=net, currency=escrow.currency)
    return PayoutAccountDue(**parties(escrow), recipient_id=recipient_id, amount=amount)


def frozen(escrow: Escrow, reason: str) -> EscrowFrozen:
    return EscrowFrozen(**parties(escrow), reason=reason)


def unfrozen(escrow: Escrow, reason: str) -> EscrowUnfrozen:
    return EscrowUnfrozen(**parties(escrow), reason=reason)


def chargeback_opened(escrow: Escrow, chargeback: Chargeback) -> ChargebackOpened:
    return ChargebackOpened(
        escrow_id=escrow.id,
        challenge_id=escrow.challenge_id,
        challenge_title=escrow.challenge_title,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        chargeback_id=chargeback.id,
        amount=Price(amount_minor=chargeback.amount, currency=chargeback.currency),
        reason=chargeback.reason,
    )


def chargeback_closed(escrow: Escrow, chargeback: Chargeback, *, won: bool) -> ChargebackClosed:
    return ChargebackClosed(**chargeback_opened(escrow, chargeback).model_dump(), won=won)
