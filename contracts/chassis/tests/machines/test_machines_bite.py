"""The state machines of delivery and of the lease find faults put into the code they run: each safeguard that is gone is missed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from test_delivery_machine import DeliveryMachine
from test_lease_machine import LeaseMachine

from chassis import idempotency, inbox
from chassis.broker_link import BrokerLost
from chassis.lease import Candidate, Holding
from chassis.outbox import Outbox
from chassis.relay.tenure import Row, Tenure

# Each fault is found in a few dozen examples; nothing is shrunk, because nobody reads the example.
LOOKING = settings(
    max_examples=500,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=False,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


def no_inbox(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(inbox, "take", lambda *_: None)


def no_sequence_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DeliveryMachine, "out_of_turn", lambda *_: False)


def no_durable_answers(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(idempotency, "check", lambda *_: None)
    patch.setattr(idempotency, "record", lambda *_: None)


def outbox_outside_of_the_transaction(patch: pytest.MonkeyPatch) -> None:
    write = Outbox.write

    def early(self: Outbox) -> None:
        self._session = None  # type: ignore[assignment]
        write(self)

    patch.setattr(Outbox, "write", early)


def numbers_with_gaps(patch: pytest.MonkeyPatch) -> None:
    take = Outbox._take_numbers
    patch.setattr(Outbox, "_take_numbers", lambda self, lane, count: take(self, lane, count + 1))


def marked_before_the_confirm(patch: pytest.MonkeyPatch) -> None:
    publish = Tenure._publish

    async def hasty(self: Tenure, name: str, row: Row) -> bool:
        await self._outbox.mark_sent([row])
        return await publish(self, name, row)

    patch.setattr(Tenure, "_publish", hasty)


def lost_confirms_taken_for_confirms(patch: pytest.MonkeyPatch) -> None:
    publish = Tenure._publish

    async def hopeful(self: Tenure, name: str, row: Row) -> bool:
        try:
            return await publish(self, name, row)
        except BrokerLost:
            return True

    patch.setattr(Tenure, "_publish", hopeful)


def no_look_for_the_event_before(patch: pytest.MonkeyPatch) -> None:
    async def none(self: Tenure, name: str, row: Row) -> None: ...

    patch.setattr(Tenure, "_waiting_predecessor", none)


def parked_events_taken_for_sent(patch: pytest.MonkeyPatch) -> None:
    look = Tenure._waiting_predecessor

    async def hasty(self: Tenure, name: str, row: Row) -> Row | None:
        before = await look(self, name, row)
        return before if before is not None and before["pending"] is True else None

    patch.setattr(Tenure, "_waiting_predecessor", hasty)


def parked_events_forgotten(patch: pytest.MonkeyPatch) -> None:
    async def nothing(self: Tenure) -> None: ...

    patch.setattr(Tenure, "_unpark", nothing)


def renewed_whoever_holds_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Holding, "mine", lambda self: {"_id": self._name})


def claimed_whoever_was_quicker(patch: pytest.MonkeyPatch) -> None:
    claim = Candidate.claim

    def greedy(self: Candidate, stored: dict[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"_id": self._name}, claim(self, stored)[1]

    patch.setattr(Candidate, "claim", greedy)


def claimed_at_first_sight(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Candidate, "may_claim", lambda *_: True)


def a_takeover_keeps_the_token(patch: pytest.MonkeyPatch) -> None:
    claim = Candidate.claim

    def same(self: Candidate, stored: dict[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
        query, update = claim(self, stored)
        return query, update if stored is None else {"$set": {"owner": self._owner, "heartbeat": 0}}

    patch.setattr(Candidate, "claim", same)
    patch.setattr(Candidate, "claimed_token", lambda self, stored: 1)


def held_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Holding, "check", lambda _: None)


def held_from_when_the_answer_came(patch: pytest.MonkeyPatch) -> None:
    renewed = Holding.renewed
    patch.setattr(Holding, "renewed", lambda self, asked_at: renewed(self, self._monotonic()))


DELIVERY = [
    no_inbox,
    no_sequence_check,
    no_durable_answers,
    outbox_outside_of_the_transaction,
    numbers_with_gaps,
    marked_before_the_confirm,
    lost_confirms_taken_for_confirms,
    no_look_for_the_event_before,
    parked_events_taken_for_sent,
    parked_events_forgotten,
]
LEASE = [
    renewed_whoever_holds_it,
    claimed_whoever_was_quicker,
    claimed_at_first_sight,
    a_takeover_keeps_the_token,
    held_without_end,
    held_from_when_the_answer_came,
]
FAULTS = [*((DeliveryMachine, fault) for fault in DELIVERY), *((LeaseMachine, fault) for fault in LEASE)]


@pytest.mark.parametrize(("machine", "fault"), FAULTS, ids=[fault.__name__ for _, fault in FAULTS])
def test_it_finds(machine: Any, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=LOOKING)
