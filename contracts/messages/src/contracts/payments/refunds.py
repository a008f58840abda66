"""What finance sends back by hand: what a payer is owed, and the processor refunds no more because a bank has taken the payment back."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from contracts.base import Command, Query, ShortText, UtcDatetime, View
from contracts.ids import EscrowId, MilestoneId, SagaId, UserId
from contracts.money import Money
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page
from contracts.payments.views import EscrowView

Reference = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]


class RefundByHandView(View):
    """`amount` is what the payer is still owed of it; `code` is why the processor does not send it, `charge_id` its name of the payment."""

    saga_id: SagaId
    escrow_id: EscrowId
    milestone_id: MilestoneId
    payer_id: UserId
    amount: Money
    charge_id: str
    reason: str
    code: str | None
    since: UtcDatetime


class ListRefundsByHand(Query[Page[RefundByHandView]]):
    """The longest owed first; for finance."""

    service: ClassVar[str] = "payments"
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class SettleRefund(Command[EscrowView]):
    """Finance has sent the payer this money past the processor; `reference` is the transfer's. Nobody does in a case of theirs."""

    service: ClassVar[str] = "payments"
    saga_id: SagaId
    reference: Reference
    reason: ShortText
