"""Where the adapters of payments meet the use cases of subscriptions."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.configuration import open_for
from chassis.mongo import retrying
from chassis.wiring import Resources
from contracts.identity.flags import Feature
from payments.adapters.current_call import CallPatience, CurrentCall, seconds_to_work
from payments.adapters.rerunning import rerunning
from payments.adapters.stripe_client import stripe_client
from payments.adapters.stripe_provider import StripeProvider
from payments.adapters.stripe_wallets import StripeWallets
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.settings import Settings
from payments.usecases.cancel_subscription import CancelSubscriptionHandler
from payments.usecases.change_plan import ChangePlanHandler
from payments.usecases.earn_bills import EarnBillsHandler
from payments.usecases.end_subscription import EndSubscriptionHandler
from payments.usecases.get_entitlements import GetEntitlementsHandler
from payments.usecases.get_subscription import GetSubscriptionHandler
from payments.usecases.keep_membership import KeepMembershipHandler
from payments.usecases.list_all_subscriptions import ListAllSubscriptionsHandler
from payments.usecases.list_bill_chargebacks import ListBillChargebacksHandler
from payments.usecases.list_bills import ListBillsHandler
from payments.usecases.list_plans import ListPlansHandler
from payments.usecases.list_subscriptions import ListSubscriptionsHandler
from payments.usecases.preview_plan_change import PreviewPlanChangeHandler
from payments.usecases.put_plan import PutPlanHandler
from payments.usecases.refund_bill import RefundBillHandler
from payments.usecases.resume_subscription import ResumeSubscriptionHandler
from payments.usecases.sagas.runner import saga_runner
from payments.usecases.set_subscription_payment_method import SetSubscriptionPaymentMethodHandler
from payments.usecases.start_subscription import StartSubscriptionHandler
from payments.usecases.submit_bill_chargeback_evidence import SubmitBillChargebackEvidenceHandler
from payments.usecases.subscriptions.driving import ChargeDriver
from payments.usecases.turn_subscriptions import TurnSubscriptionsHandler
from payments.usecases.undo_cancellation import UndoCancellationHandler


@dataclass(frozen=True, slots=True)
class SubscriptionUseCases:
    """All that can be done with subscriptions."""

    list_plans: ListPlansHandler
    put_plan: PutPlanHandler
    start_subscription: StartSubscriptionHandler
    list_subscriptions: ListSubscriptionsHandler
    get_subscription: GetSubscriptionHandler
    preview_plan_change: PreviewPlanChangeHandler
    change_plan: ChangePlanHandler
    cancel_subscription: CancelSubscriptionHandler
    undo_cancellation: UndoCancellationHandler
    resume_subscription: ResumeSubscriptionHandler
    set_subscription_payment_method: SetSubscriptionPaymentMethodHandler
    list_bills: ListBillsHandler
    get_entitlements: GetEntitlementsHandler
    list_all_subscriptions: ListAllSubscriptionsHandler
    end_subscription: EndSubscriptionHandler
    refund_bill: RefundBillHandler
    list_bill_chargebacks: ListBillChargebacksHandler
    submit_bill_chargeback_evidence: SubmitBillChargebackEvidenceHandler
    keep_membership: KeepMembershipHandler
    turn_subscriptions: TurnSubscriptionsHandler
    earn_bills: EarnBillsHandler


def build(resources: Resources[Settings]) -> SubscriptionUseCases:
    store, settings = resources.store, resources.settings
    now, new_id = resources.clock.now, resources.new_id
    client = stripe_client(settings.stripe_api_key.get_secret_value(), settings.stripe_api_base, seconds_to_work)
    calls, wallets = CurrentCall(), StripeWallets(client)

    def unit_of_work() -> PaymentsUnitOfWork:
        return PaymentsUnitOfWork(store)

    provider = StripeProvider(client, settings.return_url)
    runner = saga_runner(unit_of_work, provider, new_id, now)
    charges = ChargeDriver(unit_of_work, runner, calls, CallPatience())
    return SubscriptionUseCases(
        list_plans=ListPlansHandler(unit_of_work),
        put_plan=PutPlanHandler(unit_of_work),
        start_subscription=StartSubscriptionHandler(charges, wallets, open_for(resources, Feature.SUBSCRIPTIONS), new_id, now),
        list_subscriptions=ListSubscriptionsHandler(unit_of_work),
        get_subscription=GetSubscriptionHandler(unit_of_work),
        preview_plan_change=PreviewPlanChangeHandler(unit_of_work, now),
        change_plan=ChangePlanHandler(charges, new_id, now),
        cancel_subscription=CancelSubscriptionHandler(unit_of_work, now),
        undo_cancellation=UndoCancellationHandler(unit_of_work),
        resume_subscription=ResumeSubscriptionHandler(charges, wallets, new_id, now),
        set_subscription_payment_method=SetSubscriptionPaymentMethodHandler(unit_of_work, wallets),
        list_bills=ListBillsHandler(unit_of_work),
        get_entitlements=GetEntitlementsHandler(unit_of_work),
        list_all_subscriptions=ListAllSubscriptionsHandler(unit_of_work),
        end_subscription=EndSubscriptionHandler(unit_of_work, now),
        refund_bill=RefundBillHandler(unit_of_work, runner, calls, new_id, now),
        list_bill_chargebacks=ListBillChargebacksHandler(unit_of_work),
        submit_bill_chargeback_evidence=SubmitBillChargebackEvidenceHandler(unit_of_work, provider, calls, now),
        keep_membership=KeepMembershipHandler(unit_of_work),
        turn_subscriptions=TurnSubscriptionsHandler(unit_of_work, retrying, new_id, now),
        earn_bills=EarnBillsHandler(unit_of_work, rerunning, now),
    )
