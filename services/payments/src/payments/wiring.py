"""The only place where the adapters of payments meet its use cases."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.configuration import open_for
from chassis.mongo import retrying
from chassis.privacy.keeping import Keeper
from chassis.wiring import Resources
from contracts.identity.flags import Feature
from payments.adapters.alarms import MetricAlarms
from payments.adapters.current_call import CallPatience, CurrentCall, seconds_to_work
from payments.adapters.gauges import PrometheusGauges
from payments.adapters.personal_data import personal_data
from payments.adapters.rerunning import rerunning
from payments.adapters.stripe_books import StripeBooks
from payments.adapters.stripe_client import stripe_client
from payments.adapters.stripe_provider import StripeProvider
from payments.adapters.stripe_wallets import StripeWallets
from payments.adapters.stripe_webhooks import StripeWebhooks
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain.payout_rules import PayoutRules
from payments.settings import Settings
from payments.usecases.add_dispute_evidence import AddDisputeEvidenceHandler
from payments.usecases.add_payment_method import AddPaymentMethodHandler
from payments.usecases.answer_dispute import AnswerDisputeHandler
from payments.usecases.check_conservation import CheckConservationHandler
from payments.usecases.close_cancelled_escrow import CloseCancelledEscrowHandler
from payments.usecases.confirm_decision import ConfirmDecisionHandler
from payments.usecases.create_coupon import CreateCouponHandler
from payments.usecases.decide_dispute import DecideDisputeHandler
from payments.usecases.end_coupon import EndCouponHandler
from payments.usecases.freeze_escrow import FreezeEscrowHandler
from payments.usecases.fund_escrow import FundEscrowHandler
from payments.usecases.get_balance import GetBalanceHandler
from payments.usecases.get_challenge_escrow import GetChallengeEscrowHandler
from payments.usecases.get_dispute import GetDisputeHandler
from payments.usecases.get_escrow import GetEscrowHandler
from payments.usecases.get_escrow_proof import GetEscrowProofHandler
from payments.usecases.get_payout import GetPayoutHandler
from payments.usecases.get_payout_account import GetPayoutAccountHandler
from payments.usecases.get_reconciliation import GetReconciliationHandler
from payments.usecases.get_statement import GetStatementHandler
from payments.usecases.grant_credit import GrantCreditHandler
from payments.usecases.list_chargebacks import ListChargebacksHandler
from payments.usecases.list_coupons import ListCouponsHandler
from payments.usecases.list_disputes import ListDisputesHandler
from payments.usecases.list_payment_methods import ListPaymentMethodsHandler
from payments.usecases.list_payouts import ListPayoutsHandler
from payments.usecases.list_reconciliations import ListReconciliationsHandler
from payments.usecases.list_refunds_by_hand import ListRefundsByHandHandler
from payments.usecases.mediate_dispute import MediateDisputeHandler
from payments.usecases.note_changes_requested import NoteChangesRequestedHandler
from payments.usecases.note_delivery import NoteDeliveryHandler
from payments.usecases.open_dispute import OpenDisputeHandler
from payments.usecases.open_escrow import OpenEscrowHandler
from payments.usecases.open_payout_account import OpenPayoutAccountHandler
from payments.usecases.pay_extra import PayExtraHandler
from payments.usecases.receive_stripe_webhook import ReceiveStripeWebhookHandler
from payments.usecases.reconcile_day import ReconcileDayHandler
from payments.usecases.refund_escrow import RefundEscrowHandler
from payments.usecases.release_approved_milestone import ReleaseApprovedMilestoneHandler
from payments.usecases.release_by_silence import ReleaseBySilenceHandler
from payments.usecases.release_escrow import ReleaseEscrowHandler
from payments.usecases.remove_payment_method import RemovePaymentMethodHandler
from payments.usecases.request_payout import RequestPayoutHandler
from payments.usecases.resume_sagas import ResumeSagasHandler
from payments.usecases.resume_waiting_sagas import ResumeWaitingSagasHandler
from payments.usecases.reward_referral import RewardReferralHandler
from payments.usecases.sagas.runner import saga_runner
from payments.usecases.set_default_payment_method import SetDefaultPaymentMethodHandler
from payments.usecases.set_team_split import SetTeamSplitHandler
from payments.usecases.settle_refund import SettleRefundHandler
from payments.usecases.submit_chargeback_evidence import SubmitChargebackEvidenceHandler
from payments.usecases.take_back_release import TakeBackReleaseHandler
from payments.usecases.unfreeze_escrow import UnfreezeEscrowHandler
from payments.usecases.watch_stuck_sagas import WatchStuckSagasHandler
from payments.usecases.withdraw_dispute import WithdrawDisputeHandler


@dataclass(frozen=True, slots=True)
class UseCases:
    """All that payments can do."""

    fund_escrow: FundEscrowHandler
    release_escrow: ReleaseEscrowHandler
    refund_escrow: RefundEscrowHandler
    take_back_release: TakeBackReleaseHandler
    request_payout: RequestPayoutHandler
    add_payment_method: AddPaymentMethodHandler
    set_default_payment_method: SetDefaultPaymentMethodHandler
    remove_payment_method: RemovePaymentMethodHandler
    list_payment_methods: ListPaymentMethodsHandler
    open_payout_account: OpenPayoutAccountHandler
    get_payout_account: GetPayoutAccountHandler
    reconcile_day: ReconcileDayHandler
    list_reconciliations: ListReconciliationsHandler
    get_reconciliation: GetReconciliationHandler
    create_coupon: CreateCouponHandler
    end_coupon: EndCouponHandler
    list_coupons: ListCouponsHandler
    grant_credit: GrantCreditHandler
    reward_referral: RewardReferralHandler
    list_chargebacks: ListChargebacksHandler
    submit_chargeback_evidence: SubmitChargebackEvidenceHandler
    list_refunds_by_hand: ListRefundsByHandHandler
    settle_refund: SettleRefundHandler
    receive_stripe_webhook: ReceiveStripeWebhookHandler
    get_escrow: GetEscrowHandler
    get_challenge_escrow: GetChallengeEscrowHandler
    get_balance: GetBalanceHandler
    get_statement: GetStatementHandler
    get_payout: GetPayoutHandler
    list_payouts: ListPayoutsHandler
    open_escrow: OpenEscrowHandler
    note_delivery: NoteDeliveryHandler
    note_changes_requested: NoteChangesRequestedHandler
    pay_extra: PayExtraHandler
    set_team_split: SetTeamSplitHandler
    freeze_escrow: FreezeEscrowHandler
    unfreeze_escrow: UnfreezeEscrowHandler
    open_dispute: OpenDisputeHandler
    answer_dispute: AnswerDisputeHandler
    add_dispute_evidence: AddDisputeEvidenceHandler
    mediate_dispute: MediateDisputeHandler
    decide_dispute: DecideDisputeHandler
    confirm_decision: ConfirmDecisionHandler
    withdraw_dispute: WithdrawDisputeHandler
    get_escrow_proof: GetEscrowProofHandler
    get_dispute: GetDisputeHandler
    list_disputes: ListDisputesHandler
    check_conservation: CheckConservationHandler
    release_by_silence: ReleaseBySilenceHandler
    release_approved_milestone: ReleaseApprovedMilestoneHandler
    close_cancelled_escrow: CloseCancelledEscrowHandler
    resume_sagas: ResumeSagasHandler
    resume_waiting_sagas: ResumeWaitingSagasHandler
    watch_stuck_sagas: WatchStuckSagasHandler


def build(resources: Resources[Settings]) -> UseCases:
    store, settings = resources.store, resources.settings
    now, new_id, fee = resources.clock.now, resources.new_id, settings.fee_basis_points
    client = stripe_client(settings.stripe_api_key.get_secret_value(), settings.stripe_api_base, seconds_to_work)
    calls = CurrentCall()

    def unit_of_work() -> PaymentsUnitOfWork:
        return PaymentsUnitOfWork(store)

    provider = StripeProvider(client, settings.return_url)
    runner = saga_runner(unit_of_work, provider, new_id, now)
    resume_sagas = ResumeSagasHandler(unit_of_work, runner, retrying, new_id, now)
    rules = PayoutRules(settings.payout_minimum_units, settings.step_up_payout_units)
    wallets = StripeWallets(client)
    webhooks = StripeWebhooks(settings.stripe_webhook_secret.get_secret_value())
    return UseCases(
        fund_escrow=FundEscrowHandler(unit_of_work, runner, calls, CallPatience(), fee, new_id, now),
        release_escrow=ReleaseEscrowHandler(unit_of_work, runner, calls, new_id, now),
        refund_escrow=RefundEscrowHandler(unit_of_work, runner, calls, new_id, now),
        take_back_release=TakeBackReleaseHandler(unit_of_work, runner, calls, new_id, now),
        request_payout=RequestPayoutHandler(unit_of_work, runner, calls, provider, rules, new_id, now),
        add_payment_method=AddPaymentMethodHandler(unit_of_work, wallets, calls, now),
        set_default_payment_method=SetDefaultPaymentMethodHandler(unit_of_work, wallets, calls),
        remove_payment_method=RemovePaymentMethodHandler(unit_of_work, wallets, calls),
        list_payment_methods=ListPaymentMethodsHandler(unit_of_work, wallets),
        open_payout_account=OpenPayoutAccountHandler(unit_of_work, provider, calls, now),
        get_payout_account=GetPayoutAccountHandler(unit_of_work, provider, now),
        reconcile_day=ReconcileDayHandler(unit_of_work, StripeBooks(client), PrometheusGauges(), now),
        list_reconciliations=ListReconciliationsHandler(unit_of_work),
        get_reconciliation=GetReconciliationHandler(unit_of_work),
        create_coupon=CreateCouponHandler(unit_of_work, now),
        end_coupon=EndCouponHandler(unit_of_work, now),
        list_coupons=ListCouponsHandler(unit_of_work),
        grant_credit=GrantCreditHandler(unit_of_work, calls, now),
        reward_referral=RewardReferralHandler(unit_of_work, settings.referral_credit, now),
        list_chargebacks=ListChargebacksHandler(unit_of_work),
        submit_chargeback_evidence=SubmitChargebackEvidenceHandler(unit_of_work, provider, calls, now),
        list_refunds_by_hand=ListRefundsByHandHandler(unit_of_work),
        settle_refund=SettleRefundHandler(unit_of_work, provider, runner.refund, calls, now),
        receive_stripe_webhook=ReceiveStripeWebhookHandler(unit_of_work, webhooks, provider, runner, calls, now),
        get_escrow=GetEscrowHandler(unit_of_work),
        get_challenge_escrow=GetChallengeEscrowHandler(unit_of_work),
        get_balance=GetBalanceHandler(unit_of_work),
        get_statement=GetStatementHandler(unit_of_work),
        get_payout=GetPayoutHandler(unit_of_work),
        list_payouts=ListPayoutsHandler(unit_of_work),
        open_escrow=OpenEscrowHandler(unit_of_work, fee, new_id, now),
        note_delivery=NoteDeliveryHandler(unit_of_work, now),
        note_changes_requested=NoteChangesRequestedHandler(unit_of_work),
        pay_extra=PayExtraHandler(unit_of_work, runner, calls, CallPatience(), fee, open_for(resources, Feature.TIPS), new_id, now),
        set_team_split=SetTeamSplitHandler(unit_of_work),
        freeze_escrow=FreezeEscrowHandler(unit_of_work),
        unfreeze_escrow=UnfreezeEscrowHandler(unit_of_work, new_id, now),
        open_dispute=OpenDisputeHandler(unit_of_work, new_id, now),
        answer_dispute=AnswerDisputeHandler(unit_of_work, now),
        add_dispute_evidence=AddDisputeEvidenceHandler(unit_of_work, now),
        mediate_dispute=MediateDisputeHandler(unit_of_work, now),
        decide_dispute=DecideDisputeHandler(unit_of_work, settings.four_eyes_above_minor, new_id, now),
        confirm_decision=ConfirmDecisionHandler(unit_of_work, new_id, now),
        withdraw_dispute=WithdrawDisputeHandler(unit_of_work, new_id, now),
        get_escrow_proof=GetEscrowProofHandler(unit_of_work),
        get_dispute=GetDisputeHandler(unit_of_work),
        list_disputes=ListDisputesHandler(unit_of_work),
        check_conservation=CheckConservationHandler(unit_of_work, MetricAlarms(), rerunning),
        release_by_silence=ReleaseBySilenceHandler(unit_of_work, rerunning, new_id, now),
        release_approved_milestone=ReleaseApprovedMilestoneHandler(unit_of_work, new_id, now),
        close_cancelled_escrow=CloseCancelledEscrowHandler(unit_of_work, new_id, now),
        resume_sagas=resume_sagas,
        resume_waiting_sagas=ResumeWaitingSagasHandler(unit_of_work, resume_sagas, now),
        watch_stuck_sagas=WatchStuckSagasHandler(unit_of_work, PrometheusGauges()),
    )


def build_privacy(resources: Resources[Settings]) -> Keeper:
    settings = resources.settings
    client = stripe_client(settings.stripe_api_key.get_secret_value(), settings.stripe_api_base, seconds_to_work)
    return personal_data(resources.store.database, StripeWallets(client))
