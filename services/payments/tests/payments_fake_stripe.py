"""A payment processor that answers like Stripe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from payments_fakes import CrashPoints

from contracts.money import MAX_AMOUNT_MINOR
from contracts.payments.views import ChargebackStatus
from payments.domain.errors import ProviderUnavailable
from payments.domain.payout_account import GONE, AccountState
from payments.domain.reconciliation import Line
from payments.usecases.account_ports import OnboardingLink
from payments.usecases.chargeback_ports import Dispute
from payments.usecases.ports import Intent, IntentStatus, Movement, MovementStatus, ProviderRefused

T = TypeVar("T")
TAKEN = frozenset(ChargebackStatus) - {ChargebackStatus.WON}
ENABLED = AccountState(details_submitted=True, charges_enabled=True, payouts_enabled=True, transfers_enabled=True)
ASKED = AccountState(False, False, False, False, ("external_account",), "requirements.past_due")


@dataclass
class FakeStripe:
    """A processor with Stripe's rules: keys repeat answers, an intent charges once, nothing gives more than it got.

    `down` fails calls before they do anything; `mute` fails them after. `refuse` refuses the next calls of a name. `asked`,
    `answering` and `looked` let a test do something between a call, its effect and its answer.
    """

    crashes: CrashPoints = field(default_factory=CrashPoints)
    intents: dict[str, Intent] = field(default_factory=dict)
    transfers: dict[str, dict[str, Any]] = field(default_factory=dict)
    refunds: dict[str, dict[str, Any]] = field(default_factory=dict)
    reversals: dict[str, dict[str, Any]] = field(default_factory=dict)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    accounts: list[str] = field(default_factory=list)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    account_states: dict[str, AccountState] = field(default_factory=dict)
    new_account: AccountState = ENABLED
    refuse: dict[str, list[str]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    asked: Callable[[str], None] = lambda name: None
    answering: Callable[[str], None] = lambda name: None
    looked: Callable[[str], None] = lambda name: None
    down: bool = False
    mute: bool = False
    refund_status: MovementStatus = MovementStatus.SUCCEEDED
    payout_status: MovementStatus = MovementStatus.PENDING
    settled_on: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    told: list[tuple[str, str]] = field(default_factory=list)  # type and subject of each event it has sent out
    keeps_disputed: bool = False  # sends nothing on of what a bank has taken back
    broke: set[str] = field(default_factory=set)  # methods that have no money at present
    _bills: dict[str, str] = field(default_factory=dict)  # which bill an intent is of
    _answers: dict[str, tuple[tuple[Any, ...], Any]] = field(default_factory=dict)
    _sagas: dict[str, str] = field(default_factory=dict)  # which saga, and which escrow, an intent is of
    _escrows: dict[str, str] = field(default_factory=dict)

    def escrow_of(self, intent_id: str) -> str:
        return self._escrows[intent_id]

    def bill_of(self, intent_id: str) -> str:
        return self._bills[intent_id]

    def forget_keys(self) -> None:
        """A day has passed."""
        self._answers.clear()

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
        def effect() -> Intent:
            if amount > MAX_AMOUNT_MINOR:
                raise ProviderRefused("amount_too_large")
            intent = Intent(f"pi_{len(self.intents)}", IntentStatus.UNCONFIRMED, amount, currency)
            self.intents[intent.id], self._sagas[intent.id] = intent, saga_id
            if escrow_id:
                self._escrows[intent.id] = escrow_id
            if bill_id:
                self._bills[intent.id] = bill_id
            return intent

        return self._once("create_intent", key, (amount, currency, escrow_id, bill_id, saga_id, customer_id), effect)

    def confirm_intent(self, intent_id: str, payment_method: str, *, key: str, by_itself: bool = False) -> Intent:
        if by_itself and payment_method == "pm_card_authenticationRequired":
            payment_method = "pm_card_chargeDeclined"

        def effect() -> Intent:
            intent = self.intents[intent_id]
            if intent.status is not IntentStatus.UNCONFIRMED:
                raise ProviderRefused("payment_intent_unexpected_state")
            if payment_method == "pm_missing":
                raise ProviderRefused("resource_missing")
            if payment_method == "pm_card_chargeDeclined" or payment_method in self.broke:
                return replace(intent, status=IntentStatus.DECLINED, code="generic_decline")
            if payment_method == "pm_card_authenticationRequired":
                return self.become(
                    intent_id, IntentStatus.REQUIRES_ACTION, action_url="https://bank.example/3ds", client_secret=f"{intent_id}_secret"
                )
            if payment_method == "pm_bankDebit":
                return self.become(intent_id, IntentStatus.PROCESSING)
            return self.succeed(intent_id)

        return self._once("confirm_intent", key, (intent_id, payment_method), effect)

    def succeed(self, intent_id: str) -> Intent:
        return self.become(intent_id, IntentStatus.SUCCEEDED, charge_id=f"ch_{intent_id}")

    def become(self, intent_id: str, status: IntentStatus, **changes: Any) -> Intent:
        self.intents[intent_id] = replace(self.intents[intent_id], status=status, **changes)
        return self.intents[intent_id]

    def get_intent(self, intent_id: str) -> Intent:
        self._look("get_intent")
        return self.intents[intent_id]

    def cancel_intent(self, intent_id: str, *, key: str) -> Intent:
        def effect() -> Intent:
            if self.intents[intent_id].status in (IntentStatus.SUCCEEDED, IntentStatus.CANCELED):
                raise ProviderRefused("payment_intent_unexpected_state")
            return self.become(intent_id, IntentStatus.CANCELED)

        return self._once("cancel_intent", key, (intent_id,), effect)

    def create_account(self, user_id: str, *, key: str, country: str | None = None) -> tuple[str, AccountState]:
        def effect() -> str:
            self.accounts.append(user_id)
            self.account_states[f"acct_{len(self.accounts)}"] = self.new_account
            return f"acct_{len(self.accounts)}"

        account_id = self._once("create_account", key, (user_id, country), effect)
        return account_id, self.account_states[account_id]

    def onboard(self, state: AccountState = ENABLED) -> None:
        """Everybody completes, or loses, what the processor wants to know."""
        self.new_account = state
        for place, (account_id, known) in enumerate(self.account_states.items()):
            if known != state:
                self.account_states[account_id] = state
                self.told.append(("account.updated", self.accounts[place]))

    def get_account(self, account_id: str) -> AccountState:
        self._look("get_account")
        state = self.account_states.get(account_id, GONE)
        self.looked("get_account")
        return state

    def get_dispute(self, dispute_id: str) -> Dispute:
        self._look("get_dispute")
        return self.disputes[dispute_id]

    def submit_evidence(self, dispute_id: str, evidence: str, *, key: str) -> Dispute:
        def effect() -> Dispute:
            if self.disputes[dispute_id].status is not ChargebackStatus.NEEDS_RESPONSE:
                raise ProviderRefused("dispute_not_updatable")
            self.disputes[dispute_id] = replace(self.disputes[dispute_id], status=ChargebackStatus.UNDER_REVIEW)
            return self.disputes[dispute_id]

        return self._once("submit_evidence", key, (dispute_id, evidence), effect)

    def onboarding_link(self, account_id: str, *, key: str) -> OnboardingLink:
        url = self._once("onboarding_link", key, (account_id,), lambda: f"https://connect.example/{account_id}")
        return OnboardingLink(url, datetime(2030, 1, 2, 4, tzinfo=UTC))

    def transfer(self, *, amount: int, currency: str, account_id: str, source: str | None, escrow_id: str, saga_id: str, key: str) -> str:
        def effect() -> str:
            if self.keeps_disputed and source is not None and self._is_disputed(source):
                raise ProviderRefused("charge_disputed")
            sent = sum(row["amount"] for row in self.transfers.values() if row["charge"] == source)
            if source is not None and amount > self._charged(source) - sent:
                raise ProviderRefused("insufficient_funds")
            if account_id not in self.account_states:
                raise ProviderRefused("resource_missing")
            if not self.account_states[account_id].transfers_enabled:
                raise ProviderRefused("insufficient_capabilities_for_transfer")
            transfer_id = f"tr_{len(self.transfers)}"
            self.transfers[transfer_id] = {
                "amount": amount,
                "currency": currency,
                "charge": source,
                "escrow": escrow_id,
                "saga": saga_id,
                "to": account_id,
            }
            return transfer_id

        return self._once("transfer", key, (amount, currency, account_id, source, escrow_id, saga_id), effect)

    def settles_at(self, charge_id: str) -> datetime:
        self._look("settles_at")
        return self.settled_on

    def find_transfer(self, *, escrow_id: str, saga_id: str) -> str | None:
        self._look("find_transfer")
        return next((id for id, row in self.transfers.items() if row["saga"] == saga_id and row["escrow"] == escrow_id), None)

    def reverse(self, *, transfer_id: str, amount: int, currency: str, saga_id: str, key: str) -> str:
        def effect() -> str:
            sent = self.transfers[transfer_id]
            if amount > sent["amount"] - sum(row["amount"] for row in self.reversals.values() if row["transfer"] == transfer_id):
                raise ProviderRefused("amount_too_large")
            if amount > self.in_account(sent["to"], currency):
                raise ProviderRefused("balance_insufficient")
            reversal_id = f"trr_{len(self.reversals)}"
            self.reversals[reversal_id] = {"amount": amount, "currency": currency, "transfer": transfer_id, "saga": saga_id}
            return reversal_id

        return self._once("reverse", key, (transfer_id, amount, currency, saga_id), effect)

    def find_reversal(self, *, transfer_id: str, saga_id: str) -> str | None:
        self._look("find_reversal")
        return next((id for id, row in self.reversals.items() if row["saga"] == saga_id and row["transfer"] == transfer_id), None)

    def in_account(self, account_id: str, currency: str) -> int:
        """What a person's account holds."""
        came = {id: row["amount"] for id, row in self.transfers.items() if row["to"] == account_id and row["currency"] == currency}
        gone = [row["amount"] for row in self.reversals.values() if row["transfer"] in came]
        gone += [
            row["amount"] for row in self.payouts.values() if row["account"] == account_id and row["status"] is not MovementStatus.FAILED
        ]
        return sum(came.values()) - sum(gone)

    def refund(self, *, charge_id: str, amount: int, currency: str, saga_id: str, key: str, bill_id: str | None = None) -> Movement:
        def effect() -> Movement:
            if self._is_disputed(charge_id):
                raise ProviderRefused("charge_disputed")
            refunded = [row for row in self.refunds.values() if row["charge"] == charge_id and row["status"] is not MovementStatus.FAILED]
            if amount > self._charged(charge_id) - sum(row["amount"] for row in refunded):
                raise ProviderRefused("charge_already_refunded")
            refund_id = f"re_{len(self.refunds)}"
            self.refunds[refund_id] = {
                "amount": amount,
                "currency": currency,
                "charge": charge_id,
                "saga": saga_id,
                "bill": bill_id,
                "status": self.refund_status,
            }
            return self._refund(refund_id)

        return self._once("refund", key, (charge_id, amount, currency, saga_id), effect)

    def get_refund(self, refund_id: str) -> Movement:
        self._look("get_refund")
        return self._refund(refund_id)

    def find_refund(self, *, charge_id: str, saga_id: str) -> Movement | None:
        self._look("find_refund")
        found = [self._refund(id) for id, row in self.refunds.items() if row["saga"] == saga_id and row["charge"] == charge_id]
        return min(found, key=lambda refund: refund.status is MovementStatus.FAILED, default=None)

    def pay_out(self, *, account_id: str, amount: int, currency: str, saga_id: str, key: str) -> Movement:
        def effect() -> Movement:
            payout_id = f"po_{len(self.payouts)}"
            self.payouts[payout_id] = {"amount": amount, "account": account_id, "saga": saga_id, "status": self.payout_status}
            return self._payout(payout_id)

        return self._once("pay_out", key, (account_id, amount, currency, saga_id), effect)

    def get_payout(self, account_id: str, payout_id: str) -> Movement:
        self._look("get_payout")
        return self._payout(payout_id)

    def find_payout(self, *, account_id: str, saga_id: str, since: datetime) -> Movement | None:
        self._look("find_payout")
        return next((self._payout(id) for id, row in self.payouts.items() if row["saga"] == saga_id), None)

    def lines(self) -> Iterator[Line]:
        """The balance transactions of the platform, each with the key of the journal that must tell of it."""
        for intent in self.intents.values():
            if intent.status is IntentStatus.SUCCEEDED:
                bill_id = self._bills.get(intent.id)
                key = f"subscription:{bill_id}" if bill_id else f"fund:{self._sagas[intent.id]}"
                yield Line(key, intent.amount, intent.currency, intent.id, "charge")
        for id, row in self.transfers.items():
            yield Line(f"release:{row['saga']}", -row["amount"], row["currency"], id, "transfer")
        for id, row in self.refunds.items():
            kind = "subscription_refund" if row["bill"] else "refund"
            yield Line(f"{kind}:{row['saga']}", -row["amount"], row["currency"], id, "refund")
            if row["status"] is MovementStatus.FAILED:
                yield Line(f"{kind}_returned:{row['saga']}", row["amount"], row["currency"], id, "refund_failure")
        for id, row in self.reversals.items():
            yield Line(f"reversal:{row['saga']}", row["amount"], row["currency"], id, "transfer_refund")
        for dispute in self.disputes.values():
            if dispute.withdrawn:
                yield Line(f"chargeback:{dispute.id}", -dispute.amount, dispute.currency, dispute.id, "adjustment")
            if dispute.withdrawn and dispute.status is ChargebackStatus.WON:
                yield Line(f"chargeback_won:{dispute.id}", dispute.amount, dispute.currency, dispute.id, "adjustment")

    def _refund(self, refund_id: str) -> Movement:
        status = self.refunds[refund_id]["status"]
        return Movement(refund_id, status, "expired_or_canceled_card" if status is MovementStatus.FAILED else None)

    def _payout(self, payout_id: str) -> Movement:
        status = self.payouts[payout_id]["status"]
        return Movement(payout_id, status, "account_closed" if status is MovementStatus.FAILED else None)

    def _is_disputed(self, charge_id: str) -> bool:
        return any(row.charge_id == charge_id and row.withdrawn for row in self.disputes.values() if row.status in TAKEN)

    def _charged(self, charge_id: str) -> int:
        return next(row.amount for row in self.intents.values() if row.charge_id == charge_id)

    def _look(self, name: str) -> None:
        self.crashes.pass_by()
        self.calls.append((name, ""))
        if self.down:
            raise ProviderUnavailable

    def _once(self, name: str, key: str, params: tuple[Any, ...], effect: Callable[[], T]) -> T:
        self.crashes.pass_by()  # before the call
        self.calls.append((name, key))
        if self.down:
            raise ProviderUnavailable
        if self.refuse.get(name):
            raise ProviderRefused(self.refuse[name].pop(0))
        self.asked(name)
        if key not in self._answers:
            self._answers[key] = (params, effect())
            self.told.append((f"{name}.done", key.partition(":")[0]))
        known, answer = self._answers[key]
        kept: T = answer
        if known != params:
            raise AssertionError(f"the key {key} was used with other parameters")
        self.crashes.pass_by()  # done, but the answer is lost
        if self.mute:
            raise ProviderUnavailable
        self.answering(name)
        return kept
