"""What payments answers to: one line an entrypoint, no rule lives here."""

from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from contracts.base import Done
from contracts.challenges.events import ApplicationAccepted, ChallengeCancelled, ChangesRequested, SubmissionApproved, WorkSubmitted
from contracts.identity.events import ReferralQualified
from contracts.paging import Page
from contracts.payments.commands import (
    AddDisputeEvidence,
    AddPaymentMethod,
    AnswerDispute,
    ConfirmDecision,
    DecideDispute,
    FreezeEscrow,
    FundEscrow,
    MediateDispute,
    OpenDispute,
    OpenPayoutAccount,
    PayExtra,
    ReceiveStripeWebhook,
    ReconcileDay,
    RefundEscrow,
    ReleaseEscrow,
    RemovePaymentMethod,
    RequestPayout,
    SetDefaultPaymentMethod,
    SetTeamSplit,
    SubmitChargebackEvidence,
    TakeBackRelease,
    UnfreezeEscrow,
    WithdrawDispute,
)
from contracts.payments.coupon_commands import CreateCoupon, EndCoupon, GrantCredit
from contracts.payments.coupon_views import CouponView, CreditView
from contracts.payments.dispute_views import DisputeView
from contracts.payments.queries import (
    GetBalance,
    GetChallengeEscrow,
    GetDispute,
    GetEscrow,
    GetEscrowProof,
    GetPayout,
    GetPayoutAccount,
    GetReconciliation,
    GetStatement,
    ListChargebacks,
    ListCoupons,
    ListDisputes,
    ListPaymentMethods,
    ListPayouts,
    ListReconciliations,
)
from contracts.payments.refunds import ListRefundsByHand, RefundByHandView, SettleRefund
from contracts.payments.views import (
    BalanceView,
    ChargebackView,
    EscrowProofView,
    EscrowView,
    PaymentMethodView,
    PayoutAccountView,
    PayoutView,
    ReconciliationView,
    StatementView,
)
from payments.wiring import UseCases, build


class PaymentsService:
    """Escrow, ledger and payouts."""

    name = "payments"
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def fund_escrow(self, command: FundEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.fund_escrow(command, principal)

    @rpc
    def release_escrow(self, command: ReleaseEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.release_escrow(command, principal)

    @rpc
    def refund_escrow(self, command: RefundEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.refund_escrow(command, principal)

    @rpc
    def take_back_release(self, command: TakeBackRelease, principal: Principal) -> EscrowView:
        return self.use_cases.take_back_release(command, principal)

    @rpc
    def request_payout(self, command: RequestPayout, principal: Principal) -> PayoutView:
        return self.use_cases.request_payout(command, principal)

    @rpc
    def add_payment_method(self, command: AddPaymentMethod, principal: Principal) -> PaymentMethodView:
        return self.use_cases.add_payment_method(command, principal)

    @rpc
    def set_default_payment_method(self, command: SetDefaultPaymentMethod, principal: Principal) -> PaymentMethodView:
        return self.use_cases.set_default_payment_method(command, principal)

    @rpc
    def remove_payment_method(self, command: RemovePaymentMethod, principal: Principal) -> Done:
        return self.use_cases.remove_payment_method(command, principal)

    @rpc
    def list_payment_methods(self, query: ListPaymentMethods, principal: Principal) -> Page[PaymentMethodView]:  # noqa: ARG002 - the query has no fields
        return self.use_cases.list_payment_methods(principal)

    @rpc
    def open_payout_account(self, command: OpenPayoutAccount, principal: Principal) -> PayoutAccountView:
        return self.use_cases.open_payout_account(command, principal)

    @rpc
    def get_payout_account(self, query: GetPayoutAccount, principal: Principal) -> PayoutAccountView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_payout_account(principal)

    @rpc
    def reconcile_day(self, command: ReconcileDay, principal: Principal) -> ReconciliationView:
        return self.use_cases.reconcile_day(command, principal)

    @rpc
    def list_reconciliations(self, query: ListReconciliations, principal: Principal) -> Page[ReconciliationView]:
        return self.use_cases.list_reconciliations(query, principal)

    @rpc
    def get_reconciliation(self, query: GetReconciliation, principal: Principal) -> ReconciliationView:
        return self.use_cases.get_reconciliation(query, principal)

    @rpc
    def create_coupon(self, command: CreateCoupon, principal: Principal) -> CouponView:
        return self.use_cases.create_coupon(command, principal)

    @rpc
    def end_coupon(self, command: EndCoupon, principal: Principal) -> CouponView:
        return self.use_cases.end_coupon(command, principal)

    @rpc
    def list_coupons(self, query: ListCoupons, principal: Principal) -> Page[CouponView]:
        return self.use_cases.list_coupons(query, principal)

    @rpc
    def grant_credit(self, command: GrantCredit, principal: Principal) -> CreditView:
        return self.use_cases.grant_credit(command, principal)

    @rpc
    def list_chargebacks(self, query: ListChargebacks, principal: Principal) -> Page[ChargebackView]:
        return self.use_cases.list_chargebacks(query, principal)

    @rpc
    def submit_chargeback_evidence(self, command: SubmitChargebackEvidence, principal: Principal) -> ChargebackView:
        return self.use_cases.submit_chargeback_evidence(command, principal)

    @rpc
    def list_refunds_by_hand(self, query: ListRefundsByHand, principal: Principal) -> Page[RefundByHandView]:
        return self.use_cases.list_refunds_by_hand(query, principal)

    @rpc
    def settle_refund(self, command: SettleRefund, principal: Principal) -> EscrowView:
        return self.use_cases.settle_refund(command, principal)

    @rpc
    def receive_stripe_webhook(self, command: ReceiveStripeWebhook) -> Done:
        return self.use_cases.receive_stripe_webhook(command)

    @rpc
    def get_escrow(self, query: GetEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.get_escrow(query, principal)

    @rpc
    def get_challenge_escrow(self, query: GetChallengeEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.get_challenge_escrow(query, principal)

    @rpc
    def get_balance(self, query: GetBalance, principal: Principal) -> BalanceView:
        return self.use_cases.get_balance(query, principal)

    @rpc
    def get_statement(self, query: GetStatement, principal: Principal) -> StatementView:
        return self.use_cases.get_statement(query, principal)

    @rpc
    def get_payout(self, query: GetPayout, principal: Principal) -> PayoutView:
        return self.use_cases.get_payout(query, principal)

    @rpc
    def list_payouts(self, query: ListPayouts, principal: Principal) -> Page[PayoutView]:
        return self.use_cases.list_payouts(query, principal)

    @rpc
    def pay_extra(self, command: PayExtra, principal: Principal) -> EscrowView:
        return self.use_cases.pay_extra(command, principal)

    @rpc
    def set_team_split(self, command: SetTeamSplit, principal: Principal) -> EscrowView:
        return self.use_cases.set_team_split(command, principal)

    @rpc
    def freeze_escrow(self, command: FreezeEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.freeze_escrow(command, principal)

    @rpc
    def unfreeze_escrow(self, command: UnfreezeEscrow, principal: Principal) -> EscrowView:
        return self.use_cases.unfreeze_escrow(command, principal)

    @rpc
    def open_dispute(self, command: OpenDispute, principal: Principal) -> DisputeView:
        return self.use_cases.open_dispute(command, principal)

    @rpc
    def answer_dispute(self, command: AnswerDispute, principal: Principal) -> DisputeView:
        return self.use_cases.answer_dispute(command, principal)

    @rpc
    def add_dispute_evidence(self, command: AddDisputeEvidence, principal: Principal) -> DisputeView:
        return self.use_cases.add_dispute_evidence(command, principal)

    @rpc
    def mediate_dispute(self, command: MediateDispute, principal: Principal) -> DisputeView:
        return self.use_cases.mediate_dispute(command, principal)

    @rpc
    def decide_dispute(self, command: DecideDispute, principal: Principal) -> DisputeView:
        return self.use_cases.decide_dispute(command, principal)

    @rpc
    def confirm_decision(self, command: ConfirmDecision, principal: Principal) -> DisputeView:
        return self.use_cases.confirm_decision(command, principal)

    @rpc
    def withdraw_dispute(self, command: WithdrawDispute, principal: Principal) -> DisputeView:
        return self.use_cases.withdraw_dispute(command, principal)

    @rpc
    def get_escrow_proof(self, query: GetEscrowProof, principal: Principal) -> EscrowProofView:
        return self.use_cases.get_escrow_proof(query, principal)

    @rpc
    def get_dispute(self, query: GetDispute, principal: Principal) -> DisputeView:
        return self.use_cases.get_dispute(query, principal)

    @rpc
    def list_disputes(self, query: ListDisputes, principal: Principal) -> Page[DisputeView]:
        return self.use_cases.list_disputes(query, principal)

    @on_event
    def on_application_accepted(self, event: ApplicationAccepted) -> None:
        self.use_cases.open_escrow(event)

    @on_event
    def on_work_submitted(self, event: WorkSubmitted) -> None:
        self.use_cases.note_delivery(event, delivered().sequence)

    @on_event
    def on_changes_requested(self, event: ChangesRequested) -> None:
        self.use_cases.note_changes_requested(event, delivered().sequence)

    @on_event
    def on_submission_approved(self, event: SubmissionApproved) -> None:
        self.use_cases.release_approved_milestone(event)

    @on_event
    def on_referral_qualified(self, event: ReferralQualified) -> None:
        self.use_cases.reward_referral(event)

    @on_event
    def on_challenge_cancelled(self, event: ChallengeCancelled) -> None:
        self.use_cases.close_cancelled_escrow(event)

    @timer(seconds=5)
    def check_conservation(self) -> None:
        self.use_cases.check_conservation()

    @timer(seconds=30)
    def release_by_silence(self) -> None:
        self.use_cases.release_by_silence()

    @timer(seconds=1)
    def resume_sagas(self) -> None:
        self.use_cases.resume_sagas()

    @timer(seconds=1)
    def resume_waiting_sagas(self) -> None:
        self.use_cases.resume_waiting_sagas()

    @timer(seconds=15)
    def watch_stuck_sagas(self) -> None:
        self.use_cases.watch_stuck_sagas()

    @timer(seconds=300)
    def reconcile_missed_days(self) -> None:
        self.use_cases.reconcile_day.reconcile_missed_days()
