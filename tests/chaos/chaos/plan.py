"""What is going to happen in a run, all of it a pure function of the scale and the seed: load, faults, and when."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field

from chaos.scale import SERVING, Scale

POISON = "ordered-poison"  # the aggregate one of whose facts can never be applied
LARGEST_BATCH = 32


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` happens to `target` at so many seconds, and `lasts`; `detail` says how."""

    at: float
    kind: str
    target: str
    lasts: float = 0.0
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_last(self) -> bool:
        """Whether it waits until everything else is mended."""
        return "after" in self.detail and self.kind == "kill"

    def line(self) -> str:
        how = " ".join(f"{name}={value}" for name, value in self.detail.items())
        return (
            f"{self.at:7.1f} s  {self.kind:<10} {self.target}{f' for {self.lasts:.1f} s' if self.lasts else ''}{' ' + how if how else ''}"
        )


@dataclass(frozen=True, slots=True)
class Batch:
    """Facts of one aggregate that are recorded by one command."""

    at: float
    number: int
    aggregate: str
    size: int
    outside: tuple[int, ...]  # which of them have an effect at the vendor's
    poison: int | None  # which of them cannot be applied

    @property
    def ordered(self) -> bool:
        return self.aggregate.startswith("ordered")

    def fact_ids(self, seed: int) -> list[str]:
        return [f"{seed}-{self.number}-{index}" for index in range(self.size)]


@dataclass(frozen=True, slots=True)
class Story:
    """One challenge from its publication to its reviews, by people of its own; what they do beyond the way is drawn from `seed`."""

    at: float
    number: int
    seed: int


@dataclass(frozen=True, slots=True)
class Plan:
    seed: int
    scale: Scale
    faults: tuple[Fault, ...]
    batches: tuple[Batch, ...]
    stories: tuple[Story, ...]

    @property
    def digest(self) -> str:
        """The same for the same plan."""
        content = json.dumps([asdict(self.scale), *map(asdict, (*self.faults, *self.batches, *self.stories))], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]

    @property
    def events(self) -> int:
        return sum(batch.size for batch in self.batches)

    def kinds(self) -> Counter[str]:
        """How often what happens to which kind of process."""
        return Counter(f"{fault.kind} {kind_of(fault.target)}" for fault in self.faults)

    def lines(self) -> list[str]:
        return [
            f"seed {self.seed}, scale {self.scale.name}, plan {self.digest}: {self.events} events in {len(self.batches)} commands, "
            f"{len(self.stories)} stories, {len(self.faults)} faults in {self.scale.seconds:.0f} s",
            *(fault.line() for fault in self.faults),
        ]


def kind_of(process: str) -> str:
    """payments-2 is a payments, gateway-1 a gateway."""
    return process.rstrip("0123456789").rstrip("-")


def make(scale: Scale, seed: int) -> Plan:
    """The plan of this seed: each part draws from a generator of its own, so that more load does not move the faults."""
    return Plan(
        seed,
        scale,
        tuple(sorted(_faults(scale, _drawn(seed, "faults")), key=lambda fault: (fault.at, fault.kind, fault.target))),
        tuple(_batches(scale, _drawn(seed, "load"))),
        tuple(Story(*row) for row in _stories(scale, _drawn(seed, "stories"))),
    )


def _drawn(seed: int, part: str) -> random.Random:
    return random.Random(f"{seed}/{part}")


def _faults(scale: Scale, chance: random.Random) -> Iterable[Fault]:
    for kind, members in sorted(scale.processes.items()):
        for at in _spread(scale, scale.kills_of(kind), chance):
            yield Fault(at, "kill", chance.choice(members), round(chance.uniform(0.0, 1.5), 2))
    for server in ("broker", "mongo", "redis"):
        for at in _spread(scale, scale.stops, chance):
            yield Fault(at, "stop", server, round(chance.uniform(0.5, 3.0), 2))
    for kind in chance.sample(sorted(scale.restarted), k=len(scale.restarted)) * scale.rolling:
        yield Fault(_anywhere(scale, chance), "rolling", kind)
    for kind in scale.network_kinds:
        for at in _spread(scale, scale.network, chance):
            process, server = chance.choice(scale.links)
            detail = {"ms": chance.choice((20, 100, 300))} if kind == "delay" else {}
            lasts = 0.0 if kind == "reset" else round(chance.uniform(1.0, scale.longest_network_fault), 2)
            yield Fault(at, kind, f"{process}>{server}", lasts, detail)
    for at in _spread(scale, scale.pauses, chance):
        yield Fault(at, "pause", SERVING, round(chance.uniform(6.0, 8.0), 2))  # longer than its lease
    for at in _spread(scale, scale.repeats, chance):
        yield Fault(at, "repeat", "wire", detail={"events": chance.randint(5, 40)})
    for at in _spread(scale, scale.clock_jumps, chance):
        yield Fault(at, "clock", "sandbox", detail={"seconds": chance.choice((60, 3600, 20_000))})
    for at in _spread(scale, scale.vendor_faults, chance):
        yield Fault(at, "vendor", "sandbox", detail=dict(chance.choice(_VENDOR_FAULTS)))
    for at, kind, target, lasts in scale.script:
        detail = {"events": chance.randint(20, 60)} if kind == "repeat" else {}
        yield Fault(round(at + chance.uniform(0.0, 0.1), 2), kind, target, lasts, detail)
    if scale.ends_with_database:
        # What a killed process had locked is free again: nobody waits for the database's own limit of a minute.
        yield Fault(scale.seconds, "kill", "mongo", 0.2, {"after": "all others"})


_VENDOR_FAULTS: tuple[Mapping[str, object], ...] = (
    {"provider": "stripe", "status": 500, "count": 3},
    {"provider": "stripe", "status": 429, "count": 3},
    {"provider": "stripe", "after": True, "count": 2},  # done, and the connection dropped
    {"provider": "stripe", "after": True, "status": 500, "count": 2},
    {"provider": "stripe", "delay_ms": 3000, "count": 3},
    {"provider": "sendgrid", "status": 503, "count": 3},
    {"provider": "sendgrid", "delay_ms": 3000, "count": 2},
)


def _batches(scale: Scale, chance: random.Random) -> Iterable[Batch]:
    left = scale.events
    sizes: list[int] = []
    while left:
        sizes.append(min(left, chance.randint(1, LARGEST_BATCH)))
        left -= sizes[-1]
    names = [f"{chance.choice(('ordered', 'counted'))}-{index}" for index in range(scale.aggregates)]
    between_poisoned = max(1, len(sizes) // 20)
    for number, size in enumerate(sizes):
        of_poisoned = scale.poison and number % between_poisoned == 0
        aggregate = POISON if of_poisoned else chance.choice(names)
        outside = () if aggregate.startswith("ordered") else tuple(index for index in range(size) if chance.random() < 0.05)
        # Some before it are applied, many come after it.
        poison = size // 2 if of_poisoned and number == 2 * between_poisoned else None
        at = number * scale.seconds / len(sizes)
        yield Batch(round(at - at % scale.bursts if scale.bursts else at, 3), number, aggregate, size, outside, poison)


def _stories(scale: Scale, chance: random.Random) -> Iterable[tuple[float, int, int]]:
    for number in range(scale.stories):
        yield round(number * scale.seconds * 0.8 / scale.stories, 2), number, chance.getrandbits(32)


def _spread(scale: Scale, times: int, chance: random.Random) -> list[float]:
    """So many moments, one in each equal part of the run."""
    part = scale.seconds / max(1, times)
    return [round(index * part + chance.uniform(0.1, 0.9) * part, 2) for index in range(times)]


def _anywhere(scale: Scale, chance: random.Random) -> float:
    return round(chance.uniform(0.05, 0.9) * scale.seconds, 2)
