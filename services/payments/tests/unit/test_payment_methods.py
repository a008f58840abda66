"""Saved payment methods: kept for one person, shown to them alone."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from payments_bank import START, person
from payments_fake_wallets import FakeWallets
from payments_fakes import FakeCalls, Memory

from chassis.principal import Principal
from contracts.identity.roles import Role
from contracts.payments.commands import AddPaymentMethod, RemovePaymentMethod, SetDefaultPaymentMethod
from contracts.payments.views import PaymentMethodView
from payments.domain.errors import EmailNotVerified
from payments.domain.wallet_errors import PaymentMethodNotFound, PaymentMethodRefused, TooManyPaymentMethods
from payments.usecases.add_payment_method import AT_MOST, AddPaymentMethodHandler
from payments.usecases.list_payment_methods import ListPaymentMethodsHandler
from payments.usecases.remove_payment_method import RemovePaymentMethodHandler
from payments.usecases.set_default_payment_method import SetDefaultPaymentMethodHandler


@dataclass
class Purse:
    memory: Memory = field(default_factory=Memory)
    wallets: FakeWallets = field(default_factory=FakeWallets)
    calls: FakeCalls = field(default_factory=FakeCalls)
    ann: Principal = field(default_factory=lambda: person(Role.CHALLENGER))
    bob: Principal = field(default_factory=lambda: person(Role.CHALLENGER))

    def add(self, method: str, by: Principal | None = None, *, make_default: bool = False) -> PaymentMethodView:
        handler = AddPaymentMethodHandler(self.memory.unit_of_work, self.wallets, self.calls, lambda: START)
        return handler(AddPaymentMethod(payment_method=method, make_default=make_default), by or self.ann)

    def choose(self, method: str, by: Principal | None = None) -> PaymentMethodView:
        handler = SetDefaultPaymentMethodHandler(self.memory.unit_of_work, self.wallets, self.calls)
        return handler(SetDefaultPaymentMethod(payment_method=method), by or self.ann)

    def remove(self, method: str, by: Principal | None = None, key: str = "removal") -> None:
        self.calls.call_key = key
        RemovePaymentMethodHandler(self.memory.unit_of_work, self.wallets, self.calls)(
            RemovePaymentMethod(payment_method=method), by or self.ann
        )

    def listed(self, by: Principal | None = None) -> list[tuple[str, bool]]:
        page = ListPaymentMethodsHandler(self.memory.unit_of_work, self.wallets)(by or self.ann)
        return [(method.id, method.is_default) for method in page.items]


def test_the_first_method_becomes_the_default_and_later_ones_when_asked() -> None:
    purse = Purse()
    assert purse.listed() == []
    assert purse.add("pm_1").is_default
    assert not purse.add("pm_debit").is_default
    assert purse.add("pm_2", make_default=True).is_default
    assert purse.listed() == [("pm_2", True), ("pm_debit", False), ("pm_1", False)]
    assert purse.choose("pm_1").is_default
    assert purse.listed() == [("pm_2", False), ("pm_debit", False), ("pm_1", True)]


def test_adding_the_same_twice_keeps_it_once_for_one_customer() -> None:
    purse = Purse()
    assert purse.add("pm_1") == purse.add("pm_1")
    assert purse.listed() == [("pm_1", True)]
    assert len(purse.wallets.customers) == 1


def test_what_is_shown_of_a_card_and_of_a_debit() -> None:
    purse = Purse()
    card, debit = purse.add("pm_1"), purse.add("pm_debit")
    assert (card.kind, card.brand, card.last4, card.exp_month, card.exp_year) == ("card", "visa", "4242", 8, 2031)
    assert (debit.kind, debit.brand, debit.last4, debit.exp_year) == ("sepa_debit", None, "3000", None)


def test_nobody_sees_chooses_removes_or_takes_anothers() -> None:
    purse = Purse()
    purse.add("pm_1")
    assert purse.listed(purse.bob) == []
    for act in (purse.choose, purse.remove):
        with pytest.raises(PaymentMethodNotFound):
            act("pm_1", purse.bob)
    with pytest.raises(PaymentMethodRefused):
        purse.add("pm_1", purse.bob)
    assert purse.listed() == [("pm_1", True)]


def test_a_removed_default_leaves_none_until_the_next_is_added() -> None:
    purse = Purse()
    purse.add("pm_1")
    purse.add("pm_2")
    purse.remove("pm_1")
    assert purse.listed() == [("pm_2", False)]
    with pytest.raises(PaymentMethodNotFound):
        purse.remove("pm_1", key="another")
    assert purse.add("pm_3").is_default


def test_a_removal_that_was_begun_is_nobody_elses_and_of_no_other_method() -> None:
    purse = Purse()
    purse.add("pm_1")
    purse.add("pm_2", purse.bob)
    purse.remove("pm_1")
    purse.remove("pm_1")  # the answer was lost: the same call again
    for method, by in (("pm_2", purse.ann), ("pm_1", purse.bob)):
        with pytest.raises(PaymentMethodNotFound):
            purse.remove(method, by)
    assert purse.listed(purse.bob) == [("pm_2", True)]


def test_a_refusal_names_the_field_and_the_code() -> None:
    purse = Purse()
    with pytest.raises(PaymentMethodRefused) as refusal:
        purse.add("pm_declined")
    assert [(error.pointer, error.detail) for error in refusal.value.fields] == [("/payment_method", "card_declined")]
    assert purse.listed() == []


def test_there_is_a_limit_that_spares_what_is_kept_already() -> None:
    purse = Purse()
    for number in range(AT_MOST):
        purse.add(f"pm_{number}")
    with pytest.raises(TooManyPaymentMethods):
        purse.add("pm_more")
    purse.add("pm_0")
    assert len(purse.listed()) == AT_MOST


def test_an_unverified_person_keeps_nothing() -> None:
    purse = Purse()
    with pytest.raises(EmailNotVerified):
        purse.add("pm_1", person(Role.CHALLENGER, email_verified=False))
    assert purse.wallets.customers == {}
