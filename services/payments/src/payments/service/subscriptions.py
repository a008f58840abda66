"""What payments answers to about subscriptions, and what the clock does to them: one line an entrypoint, no rule lives here."""

from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from contracts.identity.events import MemberAdded, MemberRemoved, MemberRoleChanged
from contracts.paging import Page
from contracts.payments.subscription_views import (
    BillChargebackView,
    BillView,
    EntitlementsView,
    PlanChangeView,
    PlanView,
    SubscriptionView,
)
from contracts.payments.subscriptions import (
    CancelSubscription,
    ChangePlan,
    EndSubscription,
    GetEntitlements,
    GetSubscription,
    ListAllSubscriptions,
    ListBillChargebacks,
    ListBills,
    ListPlans,
    ListSubscriptions,
    PreviewPlanChange,
    PutPlan,
    RefundBill,
    ResumeSubscription,
    SetSubscriptionPaymentMethod,
    StartSubscription,
    SubmitBillChargebackEvidence,
    UndoCancellation,
)
from payments.wiring_subscriptions import SubscriptionUseCases, build


class SubscriptionsService:
    """Plans, subscriptions, and what they entitle to."""

    name = "subscriptions"
    use_cases: SubscriptionUseCases = UseCasesProvider(build)

    @rpc
    def list_plans(self, query: ListPlans) -> Page[PlanView]:
        return self.use_cases.list_plans(query)

    @rpc
    def put_plan(self, command: PutPlan, principal: Principal) -> PlanView:
        return self.use_cases.put_plan(command, principal)

    @rpc
    def start_subscription(self, command: StartSubscription, principal: Principal) -> SubscriptionView:
        return self.use_cases.start_subscription(command, principal)

    @rpc
    def list_subscriptions(self, query: ListSubscriptions, principal: Principal) -> Page[SubscriptionView]:
        return self.use_cases.list_subscriptions(query, principal)

    @rpc
    def get_subscription(self, query: GetSubscription, principal: Principal) -> SubscriptionView:
        return self.use_cases.get_subscription(query, principal)

    @rpc
    def preview_plan_change(self, query: PreviewPlanChange, principal: Principal) -> PlanChangeView:
        return self.use_cases.preview_plan_change(query, principal)

    @rpc
    def change_plan(self, command: ChangePlan, principal: Principal) -> SubscriptionView:
        return self.use_cases.change_plan(command, principal)

    @rpc
    def cancel_subscription(self, command: CancelSubscription, principal: Principal) -> SubscriptionView:
        return self.use_cases.cancel_subscription(command, principal)

    @rpc
    def undo_cancellation(self, command: UndoCancellation, principal: Principal) -> SubscriptionView:
        return self.use_cases.undo_cancellation(command, principal)

    @rpc
    def resume_subscription(self, command: ResumeSubscription, principal: Principal) -> SubscriptionView:
        return self.use_cases.resume_subscription(command, principal)

    @rpc
    def set_subscription_payment_method(self, command: SetSubscriptionPaymentMethod, principal: Principal) -> SubscriptionView:
        return self.use_cases.set_subscription_payment_method(command, principal)

    @rpc
    def list_bills(self, query: ListBills, principal: Principal) -> Page[BillView]:
        return self.use_cases.list_bills(query, principal)

    @rpc
    def get_entitlements(self, query: GetEntitlements, principal: Principal) -> EntitlementsView:
        return self.use_cases.get_entitlements(query, principal)

    @rpc
    def list_all_subscriptions(self, query: ListAllSubscriptions, principal: Principal) -> Page[SubscriptionView]:
        return self.use_cases.list_all_subscriptions(query, principal)

    @rpc
    def end_subscription(self, command: EndSubscription, principal: Principal) -> SubscriptionView:
        return self.use_cases.end_subscription(command, principal)

    @rpc
    def refund_bill(self, command: RefundBill, principal: Principal) -> BillView:
        return self.use_cases.refund_bill(command, principal)

    @rpc
    def list_bill_chargebacks(self, query: ListBillChargebacks, principal: Principal) -> Page[BillChargebackView]:
        return self.use_cases.list_bill_chargebacks(query, principal)

    @rpc
    def submit_bill_chargeback_evidence(self, command: SubmitBillChargebackEvidence, principal: Principal) -> BillChargebackView:
        return self.use_cases.submit_bill_chargeback_evidence(command, principal)

    @on_event
    def on_member_added(self, event: MemberAdded) -> None:
        self.use_cases.keep_membership(event, delivered().sequence)

    @on_event
    def on_member_role_changed(self, event: MemberRoleChanged) -> None:
        self.use_cases.keep_membership(event, delivered().sequence)

    @on_event
    def on_member_removed(self, event: MemberRemoved) -> None:
        self.use_cases.keep_membership(event, delivered().sequence)

    @timer(seconds=5)
    def turn_subscriptions(self) -> None:
        self.use_cases.turn_subscriptions()

    @timer(seconds=5)
    def earn_bills(self) -> None:
        self.use_cases.earn_bills()
