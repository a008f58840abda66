"""Finance lets the money of an escrow move again; a bank that has not decided yet keeps it where it is."""

from __future__ import annotations

import pytest
from payments_bank import Bank
from test_audited_acts import acts
from test_lost_chargebacks import LOST, TAKEN, WON, losses, tell

from contracts.errors import Kind
from contracts.payments.commands import FreezeEscrow
from contracts.payments.events import EscrowUnfrozen
from contracts.payments.views import ChargebackStatus
from payments.domain.chargeback import FROZEN_BY
from payments.domain.errors import ChargebackUndecided, EscrowFrozen, NotFinance
from payments.domain.escrow_errors import ReasonReserved


def done(bank: Bank) -> list[str]:
    return [action for action, *_ in acts(bank)]


@pytest.mark.parametrize("first", [True, False], ids=["frozen before", "frozen meanwhile"])
@pytest.mark.parametrize("end", [LOST, WON])
def test_the_reason_of_finance_ends_and_the_chargeback_keeps_it_frozen(bank: Bank, first: bool, end: ChargebackStatus) -> None:
    bank.fund(0)
    if first:
        bank.freeze()
    tell(bank, TAKEN, 60_000)
    if not first:
        bank.freeze()
    assert bank.unfreeze().frozen == FROZEN_BY
    assert done(bank) == ["escrows.frozen", "escrows.freeze_lifted"]
    assert bank.events(EscrowUnfrozen) == []
    with pytest.raises(EscrowFrozen):
        bank.release(0)
    tell(bank, end, 60_000)
    assert (bank.escrow.frozen, bank.escrow.held, losses(bank)) == (None, 0 if end is LOST else 60_000, 0)
    bank.check()


def test_what_is_frozen_for_the_chargeback_alone_is_refused(bank: Bank) -> None:
    bank.fund(0)
    tell(bank, TAKEN, 60_000)
    with pytest.raises(ChargebackUndecided):
        bank.unfreeze()
    assert (bank.escrow.frozen, acts(bank)) == (FROZEN_BY, [])


@pytest.mark.parametrize("frozen_too", [True, False])
def test_finance_may_let_it_go_all_the_same(bank: Bank, frozen_too: bool) -> None:
    bank.fund(0)
    bank.approve(1)
    tell(bank, TAKEN, 60_000)
    if frozen_too:
        bank.freeze()
    bank.unfreeze(despite=True)
    assert (bank.escrow.frozen, done(bank)[-1], len(bank.events(EscrowUnfrozen))) == (None, "escrows.unfrozen_despite_chargeback", 1)
    bank.release(0)
    tell(bank, LOST, 60_000)
    assert (bank.sums(), losses(bank)) == ((60_000, 0, 54_000, 0, 6_000), 60_000)
    bank.check()


def test_without_a_chargeback_to_wait_for_it_needs_no_word(bank: Bank) -> None:
    bank.fund()
    tell(bank, TAKEN, 60_000)
    bank.freeze()
    tell(bank, WON, 60_000)
    bank.unfreeze()
    bank.freeze()
    bank.unfreeze(despite=True)
    assert (bank.escrow.frozen, done(bank).count("escrows.unfrozen")) == (None, 2)


def test_the_reason_of_a_chargeback_is_no_reason_of_finances(bank: Bank) -> None:
    """The bank's decision would lift it."""
    bank.fund(0)
    command = FreezeEscrow(escrow_id=bank.escrow.id, reason=FROZEN_BY)
    with pytest.raises(ReasonReserved) as refusal:
        bank.freeze_handler(command, bank.finance)
    assert (refusal.value.kind, [field.pointer for field in refusal.value.fields]) == (Kind.INVALID, ["/reason"])
    assert (bank.escrow.frozen, acts(bank)) == (None, [])
    assert bank.freeze_handler(command.model_copy(update={"reason": "A chargeback?"}), bank.finance).frozen == "A chargeback?"


def test_it_is_for_finance(bank: Bank) -> None:
    bank.finance = bank.solver
    with pytest.raises(NotFinance):
        bank.unfreeze(despite=True)
