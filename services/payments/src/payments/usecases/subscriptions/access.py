"""Who may see a subscription, who may act for its owner, and with whose payment method."""

from __future__ import annotations

from chassis.principal import Principal
from payments.domain.subscriptions.errors import NotTheSubscriber, OwnerNotFound, SubscriptionNotFound
from payments.domain.subscriptions.subscription import Subscription
from payments.domain.wallet_errors import PaymentMethodNotFound, PaymentMethodRefused
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.views import is_finance
from payments.usecases.wallet_ports import Wallets
from payments.usecases.wallets import customer_of, own_method

_ORGANISATION = "organisation_"


def is_organisation(owner_id: str) -> bool:
    return owner_id.startswith(_ORGANISATION)


def acts_for(work: UnitOfWork, owner_id: str, principal: Principal) -> bool:
    """A person acts for themselves, and for an organisation that they administer; a program for the organisation it belongs to."""
    if principal.machine:
        return owner_id == principal.organisation_id
    if not is_organisation(owner_id):
        return owner_id == principal.user_id
    membership = work.memberships.get(owner_id, principal.user_id)
    return membership is not None and membership.administers


def acting_for(work: UnitOfWork, owner_id: str | None, principal: Principal) -> str:
    """The owner whom the caller acts for: themselves, or a program's organisation, unless they name one.

    Raises:
        OwnerNotFound.
    """
    wanted = owner_id or principal.organisation_id or principal.user_id
    if not acts_for(work, wanted, principal):
        raise OwnerNotFound
    return wanted


def visible_subscription(work: UnitOfWork, subscription_id: str, principal: Principal) -> Subscription:
    """For its owner and for finance.

    Raises:
        SubscriptionNotFound: for everybody else, as if it did not exist.
    """
    found = work.subscriptions.get(subscription_id)
    if found is None or not (acts_for(work, found.owner_id, principal) or is_finance(principal)):
        raise SubscriptionNotFound
    return found


def paid_subscription(work: UnitOfWork, subscription_id: str, principal: Principal) -> Subscription:
    """As `visible_subscription`, and for who pays: who has left an organisation sees, and can end, what goes on being charged to them.

    Raises:
        SubscriptionNotFound.
    """
    found = work.subscriptions.get(subscription_id)
    if found is not None and _pays(found, principal):
        return found
    return visible_subscription(work, subscription_id, principal)


def check_ends_for(work: UnitOfWork, subscription: Subscription, principal: Principal) -> None:
    """Raises:
    NotTheSubscriber: neither acting for the owner nor paying; finance acts by other requests.
    """
    if not (_pays(subscription, principal) or acts_for(work, subscription.owner_id, principal)):
        raise NotTheSubscriber


def payer_acts(work: UnitOfWork, subscription: Subscription) -> bool:
    """Whether who pays still acts for the owner."""
    if not is_organisation(subscription.owner_id):
        return subscription.payer_id == subscription.owner_id
    membership = work.memberships.get(subscription.owner_id, subscription.payer_id)
    return membership is not None and membership.administers


def _pays(subscription: Subscription, principal: Principal) -> bool:
    return not principal.machine and subscription.payer_id == principal.user_id


def own_subscription(work: UnitOfWork, subscription_id: str, principal: Principal) -> Subscription:
    """Raises:
    SubscriptionNotFound.
    NotTheSubscriber: finance sees it, but acts by other requests.
    """
    found = visible_subscription(work, subscription_id, principal)
    if not acts_for(work, found.owner_id, principal):
        raise NotTheSubscriber
    return found


def check_saved(unit_of_work: UnitsOfWork, wallets: Wallets, principal: Principal, payment_method: str) -> None:
    """Raises:
    PaymentMethodRefused: it is not one that the caller has saved.
    ProviderUnavailable.
    """
    try:
        own_method(wallets, customer_of(unit_of_work, principal.user_id), payment_method)
    except PaymentMethodNotFound as missing:
        raise PaymentMethodRefused("not_saved") from missing
