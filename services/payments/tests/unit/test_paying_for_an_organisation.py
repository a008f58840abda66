"""Two people administer an organisation: who pays gets the papers, and who has left can end what goes on being charged to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from payments_bank import person
from payments_papers import Office
from payments_subscribing import START, VISA, Subscribing

from chassis.ids import new_id
from chassis.principal import Principal
from contracts.identity.events import MemberAdded, MemberRemoved
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.roles import Role
from contracts.payments.document_views import DocumentKind, TransactionAccount
from contracts.payments.events import SubscriptionCharged
from contracts.payments.subscription_views import SubscriptionStatus as Status
from contracts.payments.subscriptions import GetSubscription, StartSubscription
from payments.domain.subscriptions.errors import NotTheSubscriber, PayerGone, SubscriptionNotFound
from payments.usecases.get_subscription import GetSubscriptionHandler
from payments.usecases.keep_membership import KeepMembershipHandler

MASTERCARD = "pm_card_mastercard"
A_MONTH_LATER = START + timedelta(days=28)


class Shared(Subscribing):
    """`owner` has subscribed for the organisation and pays; `second` administers it too."""

    def __init__(self) -> None:
        super().__init__()
        self.second, self.organisation, self.heard = person(Role.EXPERT), new_id("organisation"), 0
        for who in (self.owner, self.second):
            self.tell(MemberAdded, who, role=OrganisationRole.ADMIN)
        customer = self.wallets.create_customer(self.second.user_id, key="second")
        self.wallets.attach(customer, MASTERCARD, key=MASTERCARD)
        with self.memory.unit_of_work() as work:
            work.customers.add(self.second.user_id, customer, START)
        order = StartSubscription(plan_id="team-month", payment_method=VISA, owner_id=self.organisation)
        self.call(lambda: self.start_handler(order, self.owner), None)

    def tell(self, event: Any, who: Principal, **told: Any) -> None:
        self.heard += 1
        fact = event(organisation_id=self.organisation, user_id=who.user_id, **told)
        KeepMembershipHandler(self.memory.unit_of_work)(fact, self.heard)

    def get(self, by: Principal) -> str:
        handler = GetSubscriptionHandler(self.memory.unit_of_work)
        return handler(GetSubscription(subscription_id=self.subscription.id), by).payer_id


@pytest.fixture
def world() -> Shared:
    return Shared()


@pytest.mark.parametrize("by_hand", [True, False], ids=["paid by hand", "tried again by itself"])
def test_who_pays_a_bill_that_was_anothers_has_its_papers(world: Shared, by_hand: bool) -> None:
    world.stripe.broke.add(VISA)
    world.until(A_MONTH_LATER)
    assert world.subscription.status is Status.PAST_DUE
    if by_hand:
        world.resume(MASTERCARD, by=world.second)
    else:
        world.pay_with(MASTERCARD, world.second)
        world.until(A_MONTH_LATER + timedelta(days=2))
    assert world.subscription.status is Status.ACTIVE
    assert [fact.payer_id for fact in world.events(SubscriptionCharged)] == [world.owner.user_id, world.second.user_id]
    office = Office(world)
    office.write_down()
    invoices = [paper.draft.recipient_id for paper in office.papers(DocumentKind.INVOICE)]
    paid = [row.user_id for row in world.memory.table("transactions").values() if row.account is TransactionAccount.PAID]
    assert invoices == [world.owner.user_id, world.second.user_id]
    assert sorted(paid) == sorted(invoices)
    world.check()


def test_who_has_left_sees_and_ends_what_is_charged_to_them(world: Shared) -> None:
    world.tell(MemberRemoved, world.owner, reason="left")
    assert world.get(world.owner) == world.owner.user_id
    assert world.cancel(world.owner).cancel_at_period_end
    with pytest.raises(SubscriptionNotFound):
        world.undo(world.owner)
    with pytest.raises(SubscriptionNotFound):
        world.pay_with(VISA, world.owner)
    world.until(A_MONTH_LATER + timedelta(days=1))
    assert (world.subscription.status, len(world.paid)) == (Status.CANCELLED, 1)
    world.check()


def test_a_colleague_undoes_that_only_with_a_payment_method_of_their_own(world: Shared) -> None:
    world.tell(MemberRemoved, world.owner, reason="left")
    world.cancel(world.owner)
    with pytest.raises(PayerGone):
        world.undo(world.second)
    world.pay_with(MASTERCARD, world.second)
    assert not world.undo(world.second).cancel_at_period_end
    with pytest.raises(SubscriptionNotFound):
        world.get(world.owner)
    with pytest.raises(SubscriptionNotFound):
        world.cancel(world.owner)
    world.until(A_MONTH_LATER + timedelta(days=1))
    assert [fact.payer_id for fact in world.events(SubscriptionCharged)][1:] == [world.second.user_id]


def test_a_colleague_who_does_not_pay_ends_it_too_and_a_stranger_and_finance_do_not(world: Shared) -> None:
    with pytest.raises(SubscriptionNotFound):
        world.cancel(person(Role.EXPERT))
    with pytest.raises(NotTheSubscriber):
        world.cancel(world.finance)
    assert world.cancel(world.second).cancel_at_period_end
    assert not world.undo(world.second).cancel_at_period_end  # the payer administers it still
