"""What a payer is owed, and the processor refunds no more because a bank has taken a part of the payment back: people send it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import Bank, person
from payments_papers import Office
from test_lost_chargebacks import LOST, losses, patiently, tell
from test_partial_chargebacks import refused, taken_after_all
from test_returned_refunds import come_back

from chassis.ids import new_id
from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.identity.roles import Role
from contracts.payments.document_views import DocumentKind
from contracts.payments.events import FundsRefunded
from contracts.payments.refunds import ListRefundsByHand, RefundByHandView, SettleRefund
from contracts.payments.views import EscrowView
from payments.domain.errors import FinanceOnly, ProviderUnavailable
from payments.domain.milestone import Status
from payments.domain.refund_errors import RefundNotByHand, RefundNotFound
from payments.domain.saga import Step
from payments.usecases.list_refunds_by_hand import ListRefundsByHandHandler
from payments.usecases.ports import MovementStatus
from payments.usecases.settle_refund import SettleRefundHandler


def left_to_people(bank: Bank, by: Principal | None = None) -> list[RefundByHandView]:
    return list(ListRefundsByHandHandler(bank.memory.unit_of_work)(ListRefundsByHand(), by or bank.finance).items)


def settle(bank: Bank, saga_id: str, *, by: Principal | None = None) -> EscrowView:
    handler = SettleRefundHandler(bank.memory.unit_of_work, bank.stripe, bank.runner.refund, bank.calls, bank.clock.now)
    command = SettleRefund(saga_id=saga_id, reference="SEPA 4711", reason="The bank refunds no more of it.")
    return bank.call(lambda: handler(command, by or bank.finance), None)


@pytest.fixture
def owing(bank: Bank) -> Bank:
    """20000 were taken back; the payer has 10000 of them from the bank, and the processor refuses the others."""
    bank.fund(0)
    bank.release(0)
    refused(bank)
    bank.take_back(0, 20_000)
    tell(bank, LOST, 10_000)
    patiently(bank)
    return bank


def test_it_is_listed_and_troubles_nobody_else(owing: Bank) -> None:
    (saga,) = owing.running
    (shown,) = left_to_people(owing)
    assert (shown.saga_id, shown.payer_id, shown.amount.amount_minor, shown.charge_id, shown.code) == (
        saga.id,
        owing.challenger.user_id,
        10_000,
        "ch_pi_0",
        "charge_disputed",
    )
    assert (saga.step, saga.stuck, saga.last_error) == (Step.BY_HAND, False, None)
    with owing.memory.unit_of_work() as work:
        assert (work.sagas.count_stuck(), work.sagas.count_left_to_people()) == (0, 1)
    with pytest.raises(FinanceOnly):
        left_to_people(owing, owing.challenger)


def test_the_processor_is_asked_again_once_a_day(owing: Bank) -> None:
    asked = [name for name, _ in owing.stripe.calls].count("refund")
    for day in range(1, 4):
        owing.resume(timedelta(days=1))
        assert [name for name, _ in owing.stripe.calls].count("refund") == asked + day
        patiently(owing)
        assert (owing.running[0].step, owing.running[0].stuck) == (Step.BY_HAND, False)
    keys = [key for name, key in owing.stripe.calls if name == "refund"]
    assert len(set(keys)) == len(keys)
    taken_after_all(owing)
    assert (owing.running, left_to_people(owing), owing.sums()) == ([], [], (60_000, 0, 36_000, 20_000, 4_000))
    owing.check()


def test_what_finance_has_sent_is_booked_once(owing: Bank) -> None:
    office = Office(owing)
    (saga,) = owing.running
    told = len(owing.events(FundsRefunded))
    assert settle(owing, saga.id).refunded.amount_minor == 20_000
    settled = owing.memory.table("sagas")[saga.id]
    assert (owing.running, settled.reference, left_to_people(owing)) == ([], "SEPA 4711", [])
    assert (owing.sums(), losses(owing), owing.escrow.milestones[0].status) == ((60_000, 0, 36_000, 20_000, 4_000), 0, Status.RELEASED)
    assert [(fact.amount.amount_minor, fact.by_bank) for fact in owing.events(FundsRefunded)[told:]] == [(10_000, False)]
    act = owing.events(ActionTaken)[-1]
    assert (act.action, act.target, act.actor_id) == ("refunds.settled_by_hand", saga.id, owing.finance.user_id)
    with pytest.raises(RefundNotByHand):
        settle(owing, saga.id)
    owing.webhook("evt_late", saga.id, event_type="refund.failed")
    patiently(owing)
    assert owing.running == []
    owing.check()
    office.write_down()
    (receipt,) = office.papers(DocumentKind.REFUND_RECEIPT)
    assert receipt.draft.total == 10_000


def test_who_may(owing: Bank) -> None:
    (saga,) = owing.running
    with pytest.raises(RefundNotFound):
        settle(owing, new_id("saga"))
    with pytest.raises(RefundNotFound):
        settle(owing, next(one.id for one in owing.sagas if one.id != saga.id))
    for role in set(Role) - {Role.FINANCE, Role.ADMIN}:
        with pytest.raises(FinanceOnly):
            settle(owing, saga.id, by=person(role))
    party = Principal(owing.challenger.user_id, new_id("session"), frozenset({Role.FINANCE}), True, token="")
    with pytest.raises(FinanceOnly):
        settle(owing, saga.id, by=party)
    assert owing.running == [saga]


@pytest.mark.parametrize("status", [MovementStatus.SUCCEEDED, MovementStatus.PENDING])
def test_what_the_processor_has_is_not_sent_by_hand(owing: Bank, status: MovementStatus) -> None:
    (saga,) = owing.running
    row = {"amount": 10_000, "currency": "EUR", "charge": "ch_pi_0", "saga": saga.id, "bill": None}
    owing.stripe.refunds["re_0"] = {**row, "status": MovementStatus.FAILED}
    owing.stripe.refunds["re_1"] = {**row, "status": status}
    with pytest.raises(RefundNotByHand):
        settle(owing, saga.id)
    patiently(owing)
    owing.stripe.refunds["re_1"]["status"] = MovementStatus.SUCCEEDED
    patiently(owing)
    assert (owing.running, owing.sums()) == ([], (60_000, 0, 36_000, 20_000, 4_000))


def test_while_the_processor_cannot_be_looked_at_nothing_is_booked(owing: Bank) -> None:
    (saga,) = owing.running
    owing.stripe.down = True
    with pytest.raises(ProviderUnavailable):
        settle(owing, saga.id)
    with pytest.raises(RefundNotByHand):  # whoever asked may still be at it
        settle(owing, saga.id)
    owing.stripe.down = False
    patiently(owing)
    settle(owing, saga.id)
    assert (owing.running, owing.escrow.held) == ([], 0)
    owing.check()


def test_of_two_who_take_it_up_one_goes_on(owing: Bank) -> None:
    """The look takes so long that the saga is in other hands when it has ended."""
    (saga,) = owing.running
    look = owing.stripe.find_refund

    def slowly(*, charge_id: str, saga_id: str) -> object:
        owing.stripe.find_refund = look  # type: ignore[method-assign]
        owing.resume(timedelta(minutes=1))
        return look(charge_id=charge_id, saga_id=saga_id)

    owing.stripe.find_refund = slowly  # type: ignore[assignment, method-assign]
    with pytest.raises(RefundNotByHand):
        settle(owing, saga.id)
    assert owing.running[0].step is Step.BY_HAND
    settle(owing, saga.id)
    assert owing.running == []
    owing.check()


def test_what_the_bank_gives_meanwhile_is_the_banks(owing: Bank) -> None:
    tell(owing, LOST, 4_000, id="du_2")
    assert [row.amount.amount_minor for row in left_to_people(owing)] == [6_000]
    (saga,) = owing.running
    settle(owing, saga.id)
    assert [(fact.amount.amount_minor, fact.by_bank) for fact in owing.events(FundsRefunded)[-2:]] == [(4_000, True), (6_000, False)]
    assert (owing.running, owing.sums(), losses(owing)) == ([], (60_000, 0, 36_000, 20_000, 4_000), 0)
    owing.check()


def test_what_the_bank_gives_whole_need_not_be_sent(owing: Bank) -> None:
    tell(owing, LOST, 10_000, id="du_2")
    owing.resume()
    assert (owing.running, left_to_people(owing), owing.sums()) == ([], [], (60_000, 0, 36_000, 20_000, 4_000))
    owing.check()


def test_one_that_came_back_and_cannot_be_made_again_is_booked_already(bank: Bank) -> None:
    """The bank has taken what was left of the payment; another one paid for the milestone meanwhile."""
    bank.fund(0)
    bank.refund(amount=20_000)
    tell(bank, LOST, 40_000)
    bank.fund(0)
    come_back(bank)
    patiently(bank)
    (shown,) = left_to_people(bank)
    before, journals = bank.sums(), len(bank.memory.table("journals"))
    assert (shown.amount.amount_minor, before) == (20_000, (120_000, 60_000, 0, 60_000, 0))
    settle(bank, shown.saga_id)
    assert (bank.running, bank.sums(), len(bank.memory.table("journals"))) == ([], before, journals)
