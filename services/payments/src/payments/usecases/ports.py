"""What the use cases of payments need from outside: repositories, the payment processor, the call that runs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from chassis import unit_of_work
from payments.domain.dispute import Dispute
from payments.domain.escrow import Escrow
from payments.domain.ledger import Account, Balance, Book, Journal
from payments.domain.payout import Payout
from payments.usecases.account_ports import Onboardings, PayoutAccounts
from payments.usecases.chargeback_ports import Chargebacks
from payments.usecases.chargeback_ports import Disputes as ProcessorDisputes
from payments.usecases.coupon_ports import Coupons
from payments.usecases.document_ports import Archive
from payments.usecases.reconciliation_ports import Reconciliations
from payments.usecases.saga_ports import Sagas
from payments.usecases.subscriptions.ports import SubscriptionUnit
from payments.usecases.wallet_ports import Customers


class Escrows(Protocol):
    def get(self, escrow_id: str) -> Escrow | None: ...
    def of_challenge(self, challenge_id: str) -> Escrow | None: ...
    def of_payee(self, user_id: str) -> list[Escrow]:
        """All that were ever meant to pay this person."""
        ...

    def active_of_payee(self, user_id: str) -> list[Escrow]:
        """Those that hold money for this person, or wait for some."""
        ...

    def due_for_silent_release(self, at: datetime, limit: int) -> list[str]:
        """The ids of those with delivered work to which nobody has said anything for long enough."""
        ...

    def after(self, escrow_id: str, limit: int) -> list[str]:
        """The next ids in their order; from the first where `escrow_id` is empty. Nothing is read but the ids."""
        ...

    def add(self, escrow: Escrow) -> None: ...
    def save(self, escrow: Escrow) -> Escrow:
        """Write it over the version it was read at; returns it with its new version. So do all `save`s here."""
        ...


class Disputes(Protocol):
    def get(self, dispute_id: str) -> Dispute | None: ...
    def of_escrow(self, escrow_id: str) -> list[Dispute]:
        """The latest first."""
        ...

    def add(self, dispute: Dispute) -> None: ...
    def save(self, dispute: Dispute) -> Dispute: ...


class Payouts(Protocol):
    def get(self, payout_id: str) -> Payout | None: ...
    def page_of(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Payout], str | None]:
        """A person's payouts, the latest first."""
        ...

    def add(self, payout: Payout) -> None: ...
    def save(self, payout: Payout) -> Payout: ...


class Books(Protocol):
    def get(self, book_id: str) -> Book:
        """The end of this book; an empty book where nothing was written yet."""
        ...

    def save(self, book: Book) -> None: ...


class Journals(Protocol):
    def add(self, journal: Journal) -> None:
        """Raises:
        InvariantBroken: a journal with this business key was written before.
        """
        ...

    def get(self, key: str) -> Journal | None: ...
    def of_book(self, book_id: str) -> list[Journal]: ...
    def between(self, since: datetime, until: datetime) -> list[Journal]:
        """Those written from `since` on, and before `until`."""
        ...

    def of_account(self, account: Account) -> list[Journal]:
        """All that touch this account, in no order, whatever book they stand in."""
        ...


class Balances(Protocol):
    def get(self, account: Account) -> Balance:
        """What an account holds; nothing where nothing was posted yet."""
        ...

    def of_owner(self, owner: str) -> list[Balance]: ...
    def save(self, balance: Balance) -> None: ...


class WebhookEvents(Protocol):
    """The webhooks that were taken, by Stripe's event id."""

    def is_known(self, event_id: str) -> bool: ...
    def add(self, event_id: str, event_type: str, at: datetime) -> None: ...


class UnitOfWork(SubscriptionUnit, Archive, unit_of_work.UnitOfWork, unit_of_work.Audited, Protocol):
    """One transaction over all that payments keeps."""

    @property
    def escrows(self) -> Escrows: ...
    @property
    def sagas(self) -> Sagas: ...
    @property
    def disputes(self) -> Disputes: ...
    @property
    def payouts(self) -> Payouts: ...
    @property
    def books(self) -> Books: ...
    @property
    def journals(self) -> Journals: ...
    @property
    def balances(self) -> Balances: ...
    @property
    def payout_accounts(self) -> PayoutAccounts: ...
    @property
    def reconciliations(self) -> Reconciliations: ...
    @property
    def chargebacks(self) -> Chargebacks: ...
    @property
    def coupons(self) -> Coupons: ...
    @property
    def customers(self) -> Customers: ...
    @property
    def webhook_events(self) -> WebhookEvents: ...


UnitsOfWork = Callable[[], UnitOfWork]


class DatabaseAway(Exception):
    """The database does not answer, or was overtaken again and again: a whole run has failed, not one of its rows."""


class ProviderRefused(Exception):
    """The processor said no for certain: the call had no effect and the same one would be refused again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class IntentStatus(StrEnum):
    UNCONFIRMED = "unconfirmed"
    REQUIRES_ACTION = "requires_action"
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    DECLINED = "declined"
    CANCELED = "canceled"


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment that is asked for. `code` says why it was declined or cancelled; `charge_id` is there once it succeeded."""

    id: str
    status: IntentStatus
    amount: int
    currency: str
    charge_id: str | None = None
    action_url: str | None = None
    client_secret: str | None = None
    code: str | None = None


class MovementStatus(StrEnum):
    """How a refund or a payout stands."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Movement:
    """A refund or a payout at the processor."""

    id: str
    status: MovementStatus
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A verified webhook: which event, and what it is about: a saga or a person of ours, or (`object_id`) a thing of the processor's."""

    event_id: str
    event_type: str
    saga_id: str | None = None
    user_id: str | None = None
    object_id: str | None = None


class PaymentProvider(Onboardings, ProcessorDisputes, Protocol):
    """The payment processor. Money in minor units. `key` makes a call that is repeated have one effect.

    Raises:
        ProviderUnavailable: nobody knows whether it happened; ask again, with the same key.
        ProviderRefused: it did not happen. Those that only look (`get_…`, `find_…`) never raise this: what became of
            money is not known as long as it cannot be seen.
    """

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
        """Prepare a charge. No money moves before it is confirmed. A saved payment method needs the customer it is kept for."""
        ...

    def confirm_intent(self, intent_id: str, payment_method: str, *, key: str, by_itself: bool = False) -> Intent:
        """Charge. A decline is an answer (`DECLINED`), not an error. `by_itself`: a bank that wants the payer declines."""
        ...

    def get_intent(self, intent_id: str) -> Intent: ...
    def cancel_intent(self, intent_id: str, *, key: str) -> Intent: ...

    def transfer(self, *, amount: int, currency: str, account_id: str, source: str | None, escrow_id: str, saga_id: str, key: str) -> str:
        """Send money of a charge (`source`), or of the platform's own balance, to an account; returns the transfer's id."""
        ...

    def settles_at(self, charge_id: str) -> datetime:
        """When the money of this charge, and what was transferred out of it, can be paid out."""
        ...

    def find_transfer(self, *, escrow_id: str, saga_id: str) -> str | None: ...
    def reverse(self, *, transfer_id: str, amount: int, currency: str, saga_id: str, key: str) -> str:
        """Send money of a transfer back; returns the reversal's id. `balance_insufficient` where the account has not that much."""
        ...

    def find_reversal(self, *, transfer_id: str, saga_id: str) -> str | None: ...
    def refund(self, *, charge_id: str, amount: int, currency: str, saga_id: str, key: str, bill_id: str | None = None) -> Movement: ...
    def get_refund(self, refund_id: str) -> Movement: ...
    def find_refund(self, *, charge_id: str, saga_id: str) -> Movement | None:
        """The one that did not fail, where there is one."""
        ...

    def pay_out(self, *, account_id: str, amount: int, currency: str, saga_id: str, key: str) -> Movement: ...
    def get_payout(self, account_id: str, payout_id: str) -> Movement: ...
    def find_payout(self, *, account_id: str, saga_id: str, since: datetime) -> Movement | None: ...


class Webhooks(Protocol):
    def read(self, payload: str, signature: str) -> Webhook:
        """Raises:
        BadSignature: it does not come from the processor, or is too old.
        """
        ...


class Calls(Protocol):
    """Who is being answered."""

    def key(self) -> str:
        """The same for every attempt at one command: from its idempotency key where it has one."""
        ...

    def driver(self) -> str:
        """This run of this command, and no other."""
        ...


class Patience(Protocol):
    def until(self, done: Callable[[], bool]) -> None:
        """Look again and again until it is done, or the caller's deadline is near."""
        ...
