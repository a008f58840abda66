"""Aggregates as callers see them, and who may see which."""

from __future__ import annotations

from chassis.principal import Principal
from contracts.identity.roles import Role
from contracts.money import Money, Price
from contracts.payments.views import EscrowMilestoneStatus, EscrowMilestoneView, EscrowView, PayoutView, TeamMember
from payments.domain.errors import EscrowNotFound
from payments.domain.escrow import Escrow
from payments.domain.milestone import Status
from payments.domain.payout import Payout

_SHOWN = {Status.AWARDING: EscrowMilestoneStatus.RELEASING}  # the published states cannot grow


def is_finance(principal: Principal) -> bool:
    return principal.has(Role.FINANCE) or principal.has(Role.ADMIN)


def is_party(escrow: Escrow, principal: Principal) -> bool:
    """Payer, payee, or one of the payee's team."""
    return principal.user_id == escrow.payer_id or principal.user_id in paid_by(escrow)


def paid_by(escrow: Escrow) -> frozenset[str]:
    """Whom its money is for: the payee and the team."""
    return frozenset({escrow.payee_id, *(member.user_id for member in escrow.team)})


def staff_for(escrow: Escrow, principal: Principal) -> bool:
    """Finance, unless it is their own money: nobody acts as staff in a case of theirs."""
    return is_finance(principal) and not is_party(escrow, principal)


def visible(escrow: Escrow | None, principal: Principal) -> Escrow:
    """The escrow, for its parties and for finance.

    Raises:
        EscrowNotFound: for everybody else, as if it did not exist.
    """
    if escrow is None or not (is_party(escrow, principal) or is_finance(principal)):
        raise EscrowNotFound
    return escrow


def escrow_view(escrow: Escrow, principal: Principal) -> EscrowView:
    """What this person sees: the link to the payer's bank is shown to the payer alone."""

    def money(amount: int) -> Money:
        return Money(amount_minor=amount, currency=escrow.currency)

    action = escrow.action if principal.user_id == escrow.payer_id else None

    return EscrowView(
        id=escrow.id,
        version=escrow.version,
        challenge_id=escrow.challenge_id,
        payer_id=escrow.payer_id,
        payee_id=escrow.payee_id,
        status=escrow.status,
        funded=money(escrow.funded),
        held=money(escrow.held),
        released=money(escrow.released),
        refunded=money(escrow.refunded),
        fees=money(escrow.fees),
        fee_basis_points=escrow.fee_basis_points,
        milestones=tuple(
            EscrowMilestoneView(
                id=step.id,
                title=step.title,
                amount=Price(amount_minor=step.amount, currency=escrow.currency),
                status=_SHOWN.get(step.status) or EscrowMilestoneStatus(step.status.value),
                held=money(step.held),
                released=money(step.released),
                refunded=money(step.refunded),
                fees=money(step.fees),
                disputed=money(step.disputed),
                kind=step.kind,
                auto_release_at=step.release_due_at,
            )
            for step in escrow.milestones
        ),
        action_url=action.url if action else None,
        action_client_secret=action.client_secret if action else None,
        action_expires_at=action.expires_at if action else None,
        frozen=escrow.frozen,
        awaiting_account=money(sum(one.net for one in escrow.waiting)),
        sponsored=money(sum(step.sponsored for step in escrow.milestones)),
        team=tuple(TeamMember(user_id=member.user_id, basis_points=member.basis_points) for member in escrow.team),
        created_at=escrow.created_at,
    )


def payout_view(payout: Payout) -> PayoutView:
    return PayoutView(
        id=payout.id,
        version=payout.version,
        user_id=payout.user_id,
        amount=Price(amount_minor=payout.amount, currency=payout.currency),
        status=payout.status,
        failure_code=payout.failure_code,
        created_at=payout.created_at,
        updated_at=payout.updated_at,
    )
