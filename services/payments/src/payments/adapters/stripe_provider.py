"""The payment processor: Stripe, by separate charges and transfers (https://docs.stripe.com/connect/separate-charges-and-transfers)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import stripe
from stripe.params import PaymentIntentConfirmParams, PaymentIntentCreateParams, TransferCreateParams

from payments.adapters.stripe_accounts import StripeAccounts
from payments.adapters.stripe_amounts import from_stripe, to_stripe
from payments.adapters.stripe_client import changing, looking
from payments.adapters.stripe_disputes import StripeDisputes
from payments.domain.errors import ProviderUnavailable
from payments.usecases.ports import Intent, IntentStatus, Movement, MovementStatus

_CLOCKS_APART = timedelta(days=1)  # far more than Stripe's clock and ours ever differ: a payout that is not found is made again
# https://docs.stripe.com/payments/paymentintents/lifecycle
_INTENT_STATUS = {
    "requires_payment_method": IntentStatus.UNCONFIRMED,
    "requires_confirmation": IntentStatus.UNCONFIRMED,
    "requires_action": IntentStatus.REQUIRES_ACTION,
    "processing": IntentStatus.PROCESSING,
    "succeeded": IntentStatus.SUCCEEDED,
    "canceled": IntentStatus.CANCELED,
}
_MOVEMENT_STATUS = {"succeeded": MovementStatus.SUCCEEDED, "paid": MovementStatus.SUCCEEDED} | dict.fromkeys(
    ("failed", "canceled"), MovementStatus.FAILED
)


_DEBITS = frozenset({"sepa_debit", "us_bank_account"})


@dataclass(frozen=True, slots=True)
class StripeProvider(StripeAccounts, StripeDisputes):
    """Our sagas' calls in Stripe's words. Every object carries its saga's id as metadata: webhooks and searches find it by that."""

    def create_intent(
        self,
        *,
        amount: int,
        currency: str,
        saga_id: str,
        key: str,
        escrow_id: str | None = None,
        bill_id: str | None = None,
        customer_id: str | None = None,
    ) -> Intent:
        order: PaymentIntentCreateParams = {
            "amount": to_stripe(amount, currency),
            "currency": currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            "capture_method": "automatic",
            "metadata": {"saga_id": saga_id},
        }
        if escrow_id:
            order["transfer_group"] = escrow_id
            order["metadata"] = {"saga_id": saga_id, "escrow_id": escrow_id}
        if bill_id:
            order["metadata"] = {"saga_id": saga_id, "bill_id": bill_id}
        if customer_id:
            order["customer"] = customer_id
        with changing():
            created = self.client.v1.payment_intents.create(order, {"idempotency_key": key})
        return _intent(created)

    def confirm_intent(self, intent_id: str, payment_method: str, *, key: str, by_itself: bool = False) -> Intent:
        how: PaymentIntentConfirmParams = {"off_session": True} if by_itself else {"return_url": self.return_url}
        with changing():
            try:
                payment = self._payment(payment_method, how)
                confirmed = self.client.v1.payment_intents.confirm(intent_id, payment, {"idempotency_key": key})
            except stripe.CardError as error:  # the answer to a decline: the intent waits for another payment method
                declined = self.get_intent(intent_id)
                if declined.status is not IntentStatus.UNCONFIRMED:
                    return declined  # this was the answer to an older attempt
                return replace(declined, status=IntentStatus.DECLINED, code=_decline_code(error))
        return _intent(confirmed)

    def _payment(self, method_id: str, how: PaymentIntentConfirmParams) -> PaymentIntentConfirmParams:
        """With a mandate for a bank debit, and none for a card: who asks to pay by debit has agreed to it (decision 0034)."""
        payment: PaymentIntentConfirmParams = {**how, "payment_method": method_id}
        if self.client.v1.payment_methods.retrieve(method_id).type in _DEBITS:
            payment["mandate_data"] = {"customer_acceptance": {"type": "offline", "offline": {}}}
        return payment

    def get_intent(self, intent_id: str) -> Intent:
        with looking():
            return _intent(self.client.v1.payment_intents.retrieve(intent_id))

    def cancel_intent(self, intent_id: str, *, key: str) -> Intent:
        with changing():
            return _intent(self.client.v1.payment_intents.cancel(intent_id, {}, {"idempotency_key": key}))

    def transfer(self, *, amount: int, currency: str, account_id: str, source: str | None, escrow_id: str, saga_id: str, key: str) -> str:
        params: TransferCreateParams = {
            "amount": to_stripe(amount, currency),
            "currency": currency.lower(),
            "destination": account_id,
            "transfer_group": escrow_id,
            "metadata": {"saga_id": saga_id},
        }
        if source is not None:
            params["source_transaction"] = source
        with changing():
            transfer = self.client.v1.transfers.create(params, {"idempotency_key": key})
        return transfer.id

    def settles_at(self, charge_id: str) -> datetime:
        """A transfer out of a charge is available when the charge is: https://docs.stripe.com/connect/separate-charges-and-transfers"""
        with looking():
            booked = self.client.v1.charges.retrieve(charge_id, {"expand": ["balance_transaction"]}).balance_transaction
        if booked is None or isinstance(booked, str):
            raise ProviderUnavailable(f"{charge_id} is not booked yet")
        return datetime.fromtimestamp(booked.available_on, UTC)

    def find_transfer(self, *, escrow_id: str, saga_id: str) -> str | None:
        with looking():
            transfers = self.client.v1.transfers.list({"transfer_group": escrow_id, "limit": 100})
            return next((transfer.id for transfer in transfers.auto_paging_iter() if _is_of(transfer, saga_id)), None)

    def reverse(self, *, transfer_id: str, amount: int, currency: str, saga_id: str, key: str) -> str:
        with changing():
            reversal = self.client.v1.transfers.reversals.create(
                transfer_id, {"amount": to_stripe(amount, currency), "metadata": {"saga_id": saga_id}}, {"idempotency_key": key}
            )
        return reversal.id

    def find_reversal(self, *, transfer_id: str, saga_id: str) -> str | None:
        with looking():
            reversals = self.client.v1.transfers.reversals.list(transfer_id, {"limit": 100})
            return next((reversal.id for reversal in reversals.auto_paging_iter() if _is_of(reversal, saga_id)), None)

    def refund(self, *, charge_id: str, amount: int, currency: str, saga_id: str, key: str, bill_id: str | None = None) -> Movement:
        with changing():
            refund = self.client.v1.refunds.create(
                {
                    "charge": charge_id,
                    "amount": to_stripe(amount, currency),
                    "reason": "requested_by_customer",
                    "metadata": {"saga_id": saga_id, "bill_id": bill_id} if bill_id else {"saga_id": saga_id},
                },
                {"idempotency_key": key},
            )
        return _movement(refund, "failure_reason")

    def get_refund(self, refund_id: str) -> Movement:
        with looking():
            return _movement(self.client.v1.refunds.retrieve(refund_id), "failure_reason")

    def find_refund(self, *, charge_id: str, saga_id: str) -> Movement | None:
        with looking():
            refunds = self.client.v1.refunds.list({"charge": charge_id, "limit": 100})
            found = [_movement(refund, "failure_reason") for refund in refunds.auto_paging_iter() if _is_of(refund, saga_id)]
        return min(found, key=lambda refund: refund.status is MovementStatus.FAILED, default=None)

    def pay_out(self, *, account_id: str, amount: int, currency: str, saga_id: str, key: str) -> Movement:
        with changing():
            payout = self.client.v1.payouts.create(
                {"amount": to_stripe(amount, currency), "currency": currency.lower(), "metadata": {"saga_id": saga_id}},
                {"idempotency_key": key, "stripe_account": account_id},
            )
        return _movement(payout, "failure_code")

    def get_payout(self, account_id: str, payout_id: str) -> Movement:
        with looking():
            return _movement(self.client.v1.payouts.retrieve(payout_id, {}, {"stripe_account": account_id}), "failure_code")

    def find_payout(self, *, account_id: str, saga_id: str, since: datetime) -> Movement | None:
        with looking():
            earliest = int((since - _CLOCKS_APART).timestamp())
            payouts = self.client.v1.payouts.list({"created": {"gte": earliest}, "limit": 100}, {"stripe_account": account_id})
            return next((_movement(payout, "failure_code") for payout in payouts.auto_paging_iter() if _is_of(payout, saga_id)), None)


def _intent(intent: stripe.PaymentIntent) -> Intent:
    status = _INTENT_STATUS.get(intent.status)
    if status is None:
        raise ProviderUnavailable(f"{intent.id} is {intent.status}, which is none of the states we asked for")
    error = intent.last_payment_error
    currency = intent.currency.upper()
    return Intent(
        id=intent.id,
        status=status,
        amount=from_stripe(intent.amount, currency),
        currency=currency,
        charge_id=_id_of(intent.latest_charge),
        action_url=_action_url(intent),
        client_secret=intent.client_secret,
        code=_reason(error) if error else intent.cancellation_reason,
    )


def _action_url(intent: stripe.PaymentIntent) -> str | None:
    action = intent.next_action
    redirect = action.redirect_to_url if action else None
    return redirect.url if redirect else None


def _movement(thing: stripe.Refund | stripe.Payout, reason: str) -> Movement:
    """Anything but an end, `requires_action` of a refund too, is still on its way."""
    return Movement(thing.id, _MOVEMENT_STATUS.get(thing.status or "", MovementStatus.PENDING), getattr(thing, reason, None))


def _decline_code(error: stripe.CardError) -> str:
    return _reason(error.error) or error.code or "card_declined"


def _reason(error: Any) -> str | None:
    """The bank's word where it gave one; Stripe leaves out what it has not, and the SDK then has no such attribute."""
    return getattr(error, "decline_code", None) or getattr(error, "code", None)


def _is_of(thing: stripe.Transfer | stripe.TransferReversal | stripe.Refund | stripe.Payout, saga_id: str) -> bool:
    return thing.metadata is not None and "saga_id" in thing.metadata and thing.metadata["saga_id"] == saga_id


def _id_of(reference: str | stripe.Charge | None) -> str | None:
    return reference if reference is None or isinstance(reference, str) else reference.id
