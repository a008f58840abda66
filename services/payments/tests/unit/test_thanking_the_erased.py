"""Nobody is charged for a tip to somebody who has left and was erased: it would belong to nobody."""

from __future__ import annotations

import pytest
from payments_bank import Bank
from payments_fakes import FakeUnitOfWork

from chassis.ids import new_id
from contracts.errors import Kind
from payments.domain.escrow_errors import PayeeGone
from payments.domain.splits import Member


@pytest.mark.parametrize("who", ["payee", "colleague"])
def test_a_tip_is_refused_before_anything_is_charged(bank: Bank, monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    colleague = new_id("user")
    with bank.memory.unit_of_work() as work:
        work.escrows.save(bank.escrow.set_team((Member(bank.solver.user_id, 5_000), Member(colleague, 5_000))))
    bank.fund(0)
    bank.release(0)
    before, intents = bank.escrow, dict(bank.stripe.intents)
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {bank.solver.user_id if who == "payee" else colleague})
    with pytest.raises(PayeeGone) as refusal:
        bank.thank(500)
    assert (refusal.value.kind, refusal.value.code) == (Kind.CONFLICT, "payments.escrow.payee_gone")
    assert (bank.escrow, bank.stripe.intents) == (before, intents)


def test_a_tip_that_had_begun_is_answered_as_before(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    bank.fund(0)
    bank.release(0)
    bank.thank(500, key="k")
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {bank.solver.user_id})
    assert bank.thank(500, key="k").id == bank.escrow.id
