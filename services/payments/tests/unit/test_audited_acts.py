"""What finance and mediators do with other people's money is in the audit log, once, with who and why."""

from __future__ import annotations

from payments_bank import Bank
from payments_court import LIMIT, Court

from contracts.admin.events import ActionTaken


def acts(bank: Bank) -> list[tuple[str, str, str | None, str]]:
    return [(act.action, act.target, act.reason, act.actor_id) for act in bank.events(ActionTaken)]


def test_freezing_and_letting_go_of_an_escrow(bank: Bank) -> None:
    for act in (bank.freeze, bank.freeze, bank.unfreeze, bank.unfreeze):  # the second time nothing is left to do
        act()
    assert acts(bank) == [
        ("escrows.frozen", bank.escrow.id, "Finance looks into it.", bank.finance.user_id),
        ("escrows.unfrozen", bank.escrow.id, "All is well.", bank.finance.user_id),
    ]


def test_a_refund_by_finance_and_not_one_by_the_solver(bank: Bank) -> None:
    bank.fund()
    bank.refund(amount=10_000, key="solver")
    for _ in range(2):
        bank.refund(amount=25_000, key="finance", by=bank.finance)
    assert acts(bank) == [("escrows.refunded", bank.escrow.id, "It did not work out.", bank.finance.user_id)]


def test_taking_back_what_was_released(bank: Bank) -> None:
    bank.fund()
    bank.release(0)
    for _ in range(2):
        bank.take_back(0, 30_000, key="k")
    assert acts(bank) == [("releases.taken_back", bank.escrow.id, "The work was copied.", bank.finance.user_id)]


def test_a_dispute_that_one_person_decides() -> None:
    court = _court()
    dispute = court.decide(court.in_mediation(35_000), 20_000, 15_000)
    assert [(action, target, by) for action, target, _, by in acts(court.bank)] == [
        ("disputes.taken_up", dispute.id, court.mediator.user_id),
        ("disputes.decided", dispute.id, court.mediator.user_id),
    ]
    assert acts(court.bank)[1][2], "a decision has a reason"


def test_a_dispute_that_takes_two() -> None:
    court = _court()
    proposed = court.decide(court.in_mediation(LIMIT + 1), LIMIT, 1)
    court.confirm(proposed, court.second, approve=False)
    court.confirm(court.decide(proposed, LIMIT - 1, 2), court.second)
    assert [(action, by) for action, _, _, by in acts(court.bank)] == [
        ("disputes.taken_up", court.mediator.user_id),
        ("disputes.decision_proposed", court.mediator.user_id),
        ("disputes.decision_sent_back", court.second.user_id),
        ("disputes.decision_proposed", court.mediator.user_id),
        ("disputes.decided", court.second.user_id),
    ]


def _court() -> Court:
    bank = Bank((100_000,))
    bank.accept()
    bank.fund()
    return Court(bank)
