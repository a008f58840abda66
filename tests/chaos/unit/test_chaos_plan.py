"""A plan is a function of its seed, and has all that its scale asks for."""

from __future__ import annotations

import pytest
from chaos import plan
from chaos.plan import POISON
from chaos.scale import BITE, LONG, PARTITION, SMOKE, Scale

SCALES = pytest.mark.parametrize("scale", [LONG, SMOKE, BITE, PARTITION], ids=lambda scale: scale.name)


@SCALES
def test_the_same_seed_gives_the_same_plan_and_another_another(scale: Scale) -> None:
    assert plan.make(scale, 7) == plan.make(scale, 7)
    assert plan.make(scale, 7).digest == plan.make(scale, 7).digest != plan.make(scale, 8).digest


@SCALES
def test_a_plan_has_the_events_it_is_asked_for_within_its_time(scale: Scale) -> None:
    made = plan.make(scale, 3)
    assert made.events == scale.events
    assert [batch.at for batch in made.batches] == sorted(batch.at for batch in made.batches)
    assert all(0 <= fault.at <= scale.seconds for fault in made.faults)


def test_the_long_plan_kills_every_kind_of_process_twenty_times() -> None:
    kinds = plan.make(LONG, 1).kinds()
    assert {kind: kinds[f"kill {kind}"] for kind in LONG.processes} == dict.fromkeys(LONG.processes, 20)
    assert LONG.events >= 50_000
    assert len(LONG.processes["relay"]) == 3


def test_one_fact_is_poison_with_others_before_and_after_it_in_its_aggregate() -> None:
    batches = [batch for batch in plan.make(SMOKE, 5).batches if batch.aggregate == POISON]
    poisoned = [index for index, batch in enumerate(batches) if batch.poison is not None]
    assert len(poisoned) == 1
    assert 0 < poisoned[0] < len(batches) - 1


def test_who_may_be_cut_off_has_a_network_of_its_own() -> None:
    assert set(PARTITION.isolated) == {"relay", "relay-2", "probe_sink-2"}
    assert LONG.isolated == SMOKE.isolated == []


def test_more_load_does_not_move_the_faults() -> None:
    from dataclasses import replace

    assert plan.make(LONG, 2).faults == plan.make(replace(LONG, events=60_000), 2).faults
