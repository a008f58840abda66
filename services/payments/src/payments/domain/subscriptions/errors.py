"""How subscriptions refuse."""

from __future__ import annotations

from contracts.errors import DomainError, FieldError, Kind


class SubscriptionNotFound(DomainError):
    """There is no such subscription, or it is not yours to see."""

    kind = Kind.NOT_FOUND
    code = "payments.subscription.not_found"


class OwnerNotFound(DomainError):
    """There is no such owner, or you do not act for it."""

    kind = Kind.NOT_FOUND
    code = "payments.subscription.owner_not_found"


class BillNotFound(DomainError):
    """There is no such bill, or it is not yours to see."""

    kind = Kind.NOT_FOUND
    code = "payments.bill.not_found"


class SubscriptionsClosed(DomainError):
    """No subscriptions can be begun at the moment; yours goes on."""

    kind = Kind.FORBIDDEN
    code = "payments.subscriptions.closed"


class PlanNotFound(DomainError):
    """There is no such plan."""

    kind = Kind.NOT_FOUND
    code = "payments.plan.not_found"


class PlanNotForThisOwner(DomainError):
    """This plan is for others, in another currency, or no longer offered."""

    kind = Kind.INVALID
    code = "payments.plan.not_for_this_owner"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/plan_id", detail="is for others, in another currency, or no longer offered"),))


class PlanIsFixed(DomainError):
    """Audience, interval and currency of a plan do not change: make another plan."""

    kind = Kind.CONFLICT
    code = "payments.plan.fixed"


class PlanPriceTooLow(DomainError):
    """Cards and banks do not move so little."""

    kind = Kind.INVALID
    code = "payments.plan.price_too_low"

    def __init__(self, minimum: int) -> None:
        """`minimum` in minor units."""
        super().__init__(fields=(FieldError(pointer="/price/amount_minor", detail=f"must be at least {minimum}"),))


class TooManyPlans(DomainError):
    """Not more than a hundred plans can be offered at once."""

    kind = Kind.CONFLICT
    code = "payments.plan.too_many"


class NotTheSubscriber(DomainError):
    """Only the owner of the subscription may do this."""

    kind = Kind.FORBIDDEN
    code = "payments.subscription.not_subscriber"


class PayerGone(DomainError):
    """Who pays has left the organisation: name a payment method of your own first."""

    kind = Kind.CONFLICT
    code = "payments.subscription.payer_gone"


class AlreadySubscribed(DomainError):
    """There is a subscription already: change its plan."""

    kind = Kind.CONFLICT
    code = "payments.subscription.already_subscribed"


class SubscriptionOver(DomainError):
    """This subscription has ended: begin another."""

    kind = Kind.CONFLICT
    code = "payments.subscription.ended"


class PaymentUnderWay(DomainError):
    """A payment of this subscription is under way: try again when it has ended."""

    kind = Kind.CONFLICT
    code = "payments.subscription.payment_under_way"


class NotPaid(DomainError):
    """A payment is due: pay it first."""

    kind = Kind.CONFLICT
    code = "payments.subscription.not_paid"


class NothingDue(DomainError):
    """Nothing is due."""

    kind = Kind.CONFLICT
    code = "payments.subscription.nothing_due"


class WillBeCancelled(DomainError):
    """It ends with this period: undo that first."""

    kind = Kind.CONFLICT
    code = "payments.subscription.will_be_cancelled"


class NotCancelled(DomainError):
    """It has not been cancelled."""

    kind = Kind.CONFLICT
    code = "payments.subscription.not_cancelled"


class PlanUnchanged(DomainError):
    """That is the plan already."""

    kind = Kind.CONFLICT
    code = "payments.subscription.plan_unchanged"


class BillNotPaid(DomainError):
    """Nothing was paid for this bill."""

    kind = Kind.CONFLICT
    code = "payments.bill.not_paid"


class BillBusy(DomainError):
    """A refund of this bill is under way."""

    kind = Kind.CONFLICT
    code = "payments.bill.busy"


class AmountAbovePaid(DomainError):
    """Not so much of this bill is left."""

    kind = Kind.CONFLICT
    code = "payments.bill.amount_above_paid"


class BillRefundRefused(DomainError):
    """The payment processor refused the refund: nothing was given back."""

    kind = Kind.CONFLICT
    code = "payments.bill.refund_refused"
