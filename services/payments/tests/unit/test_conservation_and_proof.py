"""Nothing is lost unnoticed: the running check freezes and tells, and the proof can be recomputed by anybody."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from payments_bank import Bank, rerun

from chassis.ids import new_id
from contracts.payments.commands import FreezeEscrow, UnfreezeEscrow
from contracts.payments.events import ConservationBroken, EscrowFrozen, EscrowUnfrozen, ExtraPaid
from contracts.payments.queries import GetEscrowProof
from contracts.payments.views import MilestoneKind
from payments import verify_proof
from payments.domain import errors
from payments.domain.ledger import AccountKind
from payments.usecases.check_conservation import CheckConservationHandler
from payments.usecases.freeze_escrow import FreezeEscrowHandler
from payments.usecases.get_escrow_proof import GetEscrowProofHandler
from payments.usecases.unfreeze_escrow import UnfreezeEscrowHandler
from payments.verify_proof import ProofBroken, verify


@dataclass
class Alarms:
    escrows: int = 0
    breaches: int = 0

    def checked(self) -> None:
        self.escrows += 1

    def breach(self) -> None:
        self.breaches += 1


def _moved(bank: Bank) -> Bank:
    bank.fund()
    bank.release(amount=30_001)
    bank.refund(amount=7_003)
    bank.release(0)
    bank.settle()
    return bank


def _proof(bank: Bank) -> dict[str, Any]:
    view = GetEscrowProofHandler(bank.memory.unit_of_work)(GetEscrowProof(escrow_id=bank.escrow.id), bank.challenger)
    return dict(json.loads(view.model_dump_json()))


def _check(bank: Bank) -> Alarms:
    alarms = Alarms()
    CheckConservationHandler(bank.memory.unit_of_work, alarms, rerun)()
    return alarms


def test_all_is_well_where_nothing_happened_and_where_much_did(bank: Bank) -> None:
    assert _check(bank) == Alarms(1, 0)
    assert _check(_moved(bank)) == Alarms(1, 0)
    assert bank.escrow.frozen is None


@pytest.mark.parametrize("what", ["balance", "journal", "escrow"])
def test_a_breach_freezes_the_escrow_and_tells_once(bank: Bank, what: str) -> None:
    _moved(bank)
    rows = bank.memory.table({"balance": "balances", "journal": "journals", "escrow": "escrows"}[what])
    if what == "balance":
        key = next(id for id in rows if id.startswith("held"))
        rows[key] = replace(rows[key], amount=rows[key].amount + 1)
    elif what == "journal":
        key = next(id for id in rows if id.startswith("release"))
        move = rows[key].moves[0]
        rows[key] = replace(rows[key], moves=(replace(move, amount=move.amount + 1), *rows[key].moves[1:]))
    else:
        (key,) = rows
        step = rows[key].milestones[1]
        rows[key] = replace(
            rows[key], milestones=(rows[key].milestones[0], replace(step, amount=50_000, funded=step.funded + 1, held=step.held + 1))
        )
    assert [_check(bank).breaches, _check(bank).breaches] == [1, 1]
    assert bank.escrow.frozen is not None
    assert (len(bank.events(EscrowFrozen)), len(bank.events(ConservationBroken))) == (1, 1)
    with pytest.raises(errors.EscrowFrozen):
        bank.release(1)


def test_nothing_begins_to_move_in_a_frozen_escrow_and_finance_lets_it_go_on(bank: Bank) -> None:
    bank.fund()
    freeze, unfreeze = (
        FreezeEscrowHandler(bank.memory.unit_of_work),
        UnfreezeEscrowHandler(bank.memory.unit_of_work, new_id, bank.clock.now),
    )
    command = FreezeEscrow(escrow_id=bank.escrow.id, reason="A stolen card?")
    with pytest.raises(errors.NotFinance):
        freeze(command, bank.challenger)
    for _ in range(2):
        assert freeze(command, bank.finance).frozen == "A stolen card?"
    for attempt in (lambda: bank.release(0), lambda: bank.refund(0), lambda: bank.thank(5)):
        with pytest.raises(errors.EscrowFrozen):
            attempt()
    bank.approve(0)
    bank.settle()
    assert bank.escrow.held == 100_000
    for _ in range(2):
        assert unfreeze(UnfreezeEscrow(escrow_id=bank.escrow.id, reason="It is theirs."), bank.finance).frozen is None
    bank.settle()
    assert bank.sums() == (100_000, 40_000, 54_000, 0, 6_000)
    assert (len(bank.events(EscrowFrozen)), len(bank.events(EscrowUnfrozen))) == (1, 1)


def test_work_that_nobody_answers_for_fourteen_days_is_paid(bank: Bank) -> None:
    bank.fund()
    bank.deliver(0)
    bank.clock.advance(timedelta(days=13, hours=23))
    bank.silence_handler()
    assert bank.running == []
    bank.clock.advance(timedelta(hours=1))
    bank.silence_handler()
    bank.silence_handler()
    bank.settle()
    assert bank.sums() == (100_000, 40_000, 54_000, 0, 6_000)
    bank.check()


def test_a_request_for_changes_is_no_silence(bank: Bank) -> None:
    bank.fund()
    bank.deliver(0)
    bank.request_changes(0)
    bank.clock.advance(timedelta(days=30))
    bank.silence_handler()
    assert bank.running == []


@pytest.mark.parametrize(("kind", "fee"), [(MilestoneKind.TIP, 0), (MilestoneKind.BONUS, 500)])
def test_a_tip_costs_nothing_and_a_bonus_the_fee(bank: Bank, kind: MilestoneKind, fee: int) -> None:
    bank.fund(0)
    with pytest.raises(errors.NothingReleased):
        bank.thank(5_000, kind)
    bank.release(0)
    for _ in range(2):
        bank.thank(5_000, kind, key="the same request")
    bank.settle()
    assert bank.sums() == (65_000, 0, 54_000 + 5_000 - fee, 0, 6_000 + fee)
    (told,) = bank.events(ExtraPaid)
    assert (told.kind, told.net.amount_minor) == (kind, 5_000 - fee)
    bank.check()


def test_a_tip_that_is_declined_leaves_nothing_behind(bank: Bank) -> None:
    bank.fund(0)
    bank.release(0)
    with pytest.raises(errors.PaymentDeclined):
        bank.thank(5_000, method="pm_card_chargeDeclined")
    assert len(bank.escrow.milestones) == 2
    assert bank.in_ledger(AccountKind.HELD) == 0
    bank.check()


def test_a_proof_is_recomputed_from_itself_alone(bank: Bank) -> None:
    proof = _proof(_moved(bank))
    assert tuple(verify(proof).values()) == bank.sums()


def test_a_proof_that_was_tampered_with_is_broken(bank: Bank) -> None:
    proof = _proof(_moved(bank))

    def forged(change: Any) -> dict[str, Any]:
        copy = json.loads(json.dumps(proof))
        change(copy)
        return dict(copy)

    for change in (
        lambda it: it["journals"][1]["moves"][0].update(amount=1),
        lambda it: it["journals"][0].update(key="other"),
        lambda it: it["journals"].pop(),
        lambda it: it["journals"].pop(0),
        lambda it: it["journals"].reverse(),
        lambda it: it.update(released=it["released"] + 1),
        lambda it: it.update(held=0),
        lambda it: it.update(escrow_id="escrow_other"),
        lambda it: it.pop("journals"),
    ):
        with pytest.raises(ProofBroken):
            verify(forged(change))


def test_the_verifier_runs_alone_with_nothing_but_python(bank: Bank, tmp_path: Path) -> None:
    proof = _proof(_moved(bank))
    good, bad, none = tmp_path / "good.json", tmp_path / "bad.json", tmp_path / "none.json"
    good.write_text(json.dumps(proof))
    bad.write_text(json.dumps(proof | {"held": proof["held"] + 1}))
    for file, code, said in ((good, 0, "OK: "), (bad, 1, "BROKEN: held"), (none, 2, "")):
        run = subprocess.run([sys.executable, "-I", "-S", verify_proof.__file__, str(file)], capture_output=True, text=True, timeout=30)
        assert (run.returncode, run.stdout[: len(said)]) == (code, said), run.stderr
