"""How payments refuses: one class for each rule that may say no."""

from datetime import timedelta

from contracts.errors import DomainError, FieldError, Kind


class EscrowNotFound(DomainError):
    """There is no such escrow, or it is not yours to see."""

    kind = Kind.NOT_FOUND
    code = "payments.escrow.not_found"


class PayoutNotFound(DomainError):
    """There is no such payout, or it is not yours to see."""

    kind = Kind.NOT_FOUND
    code = "payments.payout.not_found"


class MilestoneNotFound(DomainError):
    """This escrow has no such milestone."""

    kind = Kind.NOT_FOUND
    code = "payments.milestone.not_found"


class NotThePayer(DomainError):
    """Only the challenger who pays may do this."""

    kind = Kind.FORBIDDEN
    code = "payments.escrow.not_payer"


class RefundNotAllowed(DomainError):
    """Only the solver who would be paid, or finance, may give money back."""

    kind = Kind.FORBIDDEN
    code = "payments.escrow.refund_not_allowed"


class EmailNotVerified(DomainError):
    """Verify your email address first."""

    kind = Kind.FORBIDDEN
    code = "payments.email_not_verified"


class AlreadyFunded(DomainError):
    """This milestone has been funded."""

    kind = Kind.CONFLICT
    code = "payments.milestone.already_funded"


class EscrowClosed(DomainError):
    """The challenge was cancelled: its escrow takes no more money."""

    kind = Kind.CONFLICT
    code = "payments.escrow.closed"


class MilestoneNotHeld(DomainError):
    """No money is held for this milestone."""

    kind = Kind.CONFLICT
    code = "payments.milestone.not_held"


class MilestoneBusy(DomainError):
    """The money of this milestone is on its way: try again when it has arrived."""

    kind = Kind.CONFLICT
    code = "payments.milestone.busy"


class MilestoneDisputed(DomainError):
    """This money is in dispute: it stays where it is until that is decided."""

    kind = Kind.CONFLICT
    code = "payments.milestone.disputed"


class EscrowFrozen(DomainError):
    """This escrow is frozen: no money moves until finance has looked at it."""

    kind = Kind.CONFLICT
    code = "payments.escrow.frozen"


class NotAParty(DomainError):
    """Only payer and payee may do this."""

    kind = Kind.FORBIDDEN
    code = "payments.escrow.not_a_party"


class NotThePayee(DomainError):
    """Only the solver who is paid may do this."""

    kind = Kind.FORBIDDEN
    code = "payments.escrow.not_payee"


class NotFinance(DomainError):
    """Only finance may do this."""

    kind = Kind.FORBIDDEN
    code = "payments.escrow.not_finance"


class TipsClosed(DomainError):
    """Tips and bonuses are switched off at the moment."""

    kind = Kind.FORBIDDEN
    code = "payments.tips.closed"


class NothingReleased(DomainError):
    """Nobody has been paid for work here yet."""

    kind = Kind.CONFLICT
    code = "payments.escrow.nothing_released"


class SplitNotWhole(DomainError):
    """The parts of a team add up to 10000 basis points, each above zero, each member once."""

    kind = Kind.INVALID
    code = "payments.split.not_whole"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/members", detail="must add up to 10000 basis points, each member once"),))


class AmountAboveHeld(DomainError):
    """The escrow does not hold that much."""

    kind = Kind.CONFLICT
    code = "payments.escrow.amount_above_held"


class AmountAboveReleased(DomainError):
    """Not that much was released, or it was taken back before."""

    kind = Kind.CONFLICT
    code = "payments.escrow.amount_above_released"


class CurrencyMismatch(DomainError):
    """The amount is in another currency than the escrow."""

    kind = Kind.INVALID
    code = "payments.escrow.currency_mismatch"

    def __init__(self, expected: str) -> None:
        super().__init__(fields=(FieldError(pointer="/amount/currency", detail=f"must be {expected}"),))


class InsufficientBalance(DomainError):
    """The available balance is smaller than that."""

    kind = Kind.CONFLICT
    code = "payments.balance.insufficient"


class PaymentDeclined(DomainError):
    """The payment was declined."""

    kind = Kind.INVALID
    code = "payments.payment.declined"

    def __init__(self, decline_code: str) -> None:
        """`decline_code` is the processor's, such as `insufficient_funds`."""
        super().__init__(fields=(FieldError(pointer="/payment_method", detail=decline_code),))


class ChargebackNotFound(DomainError):
    """There is no such chargeback."""

    kind = Kind.NOT_FOUND
    code = "payments.chargeback.not_found"


class ChargedBack(DomainError):
    """The payer's bank has taken this payment back: what was paid by it is not taken back again."""

    kind = Kind.CONFLICT
    code = "payments.escrow.charged_back"


class ChargebackUndecided(DomainError):
    """The payer's bank has not decided yet: until then the escrow is frozen, unless you say that it is not to be."""

    kind = Kind.CONFLICT
    code = "payments.escrow.chargeback_undecided"


class ChargebackNotOpen(DomainError):
    """The bank takes no more evidence for this chargeback."""

    kind = Kind.CONFLICT
    code = "payments.chargeback.not_open"


class FinanceOnly(DomainError):
    """This is for finance alone."""

    kind = Kind.FORBIDDEN
    code = "payments.finance_only"


class DayNotOver(DomainError):
    """That day is not over yet."""

    kind = Kind.INVALID
    code = "payments.reconciliation.day_not_over"

    def __init__(self) -> None:
        super().__init__(fields=(FieldError(pointer="/day", detail="must be over, in UTC"),))


class ReconciliationNotFound(DomainError):
    """That day has not been compared."""

    kind = Kind.NOT_FOUND
    code = "payments.reconciliation.not_found"


class PayoutAccountNotReady(DomainError):
    """Payouts are not enabled yet: POST /v1/payout-account tells what is due."""

    kind = Kind.CONFLICT
    code = "payments.payout_account.not_ready"


class PayoutAccountRefused(DomainError):
    """No account for payouts can be opened like this."""

    kind = Kind.INVALID
    code = "payments.payout_account.refused"

    def __init__(self, code: str) -> None:
        """`code` is the processor's, such as `country_unsupported`."""
        super().__init__(fields=(FieldError(pointer="/country", detail=code),))


class PayoutTooSmall(DomainError):
    """A payout of so little is not made."""

    kind = Kind.INVALID
    code = "payments.payout.too_small"

    def __init__(self, minimum: int) -> None:
        """`minimum` in minor units."""
        super().__init__(fields=(FieldError(pointer="/amount/amount_minor", detail=f"must be at least {minimum}"),))


class RefundRefused(DomainError):
    """The payment processor refused the refund: the money is still held."""

    kind = Kind.CONFLICT
    code = "payments.refund.refused"


class BadSignature(DomainError):
    """The webhook's signature does not match, or is too old."""

    kind = Kind.INVALID
    code = "payments.webhook.bad_signature"


class ProviderUnavailable(DomainError):
    """The payment processor does not answer at present."""

    kind = Kind.UNAVAILABLE
    code = "payments.provider.unavailable"


class ProviderBusy(ProviderUnavailable):
    """The payment processor wants to be left alone for a while."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__()
        self.retry_after = retry_after


class WebhookTooEarly(DomainError):
    """What this is about is being recorded at this moment: send it again."""

    kind = Kind.UNAVAILABLE
    code = "payments.webhook.too_early"


class InvariantBroken(Exception):
    """Money would be lost or made: a bug, never a caller's fault. The transaction is given up."""
