"""How large a run is: which processes, how much load, how many faults of each kind."""

from __future__ import annotations

from dataclasses import dataclass, replace

from local_platform.launch import SERVICES

PROBES = ("probe_source", "probe_sink")
SERVERS = ("broker", "mongo", "redis")
SERVING = "serving relay"  # whichever serves the probe's outbox when it happens


@dataclass(frozen=True, slots=True)
class Scale:
    name: str
    seconds: float
    events: int
    stories: int
    services: tuple[str, ...]
    gateways: int
    replicas: dict[str, int]
    kills: int  # of each kind of process
    killed: tuple[str, ...] = ()  # these kinds alone; all of them unless told
    stops: int = 0  # of each server
    rolling: int = 0  # restarts of each kind, one replica after another
    network: int = 0  # of each kind of network fault
    network_kinds: tuple[str, ...] = ("cut", "delay", "half_open", "reset", "stall")
    longest_network_fault: float = 4.0
    links: tuple[tuple[str, str], ...] = ()  # which process reaches which server by a way that can be broken
    pauses: int = 0
    repeats: int = 0
    clock_jumps: int = 0
    vendor_faults: int = 0
    aggregates: int = 60
    bursts: float = 0.0  # seconds from one wave of commands to the next; evenly spread unless told
    poison: bool = True
    ends_with_database: bool = False
    script: tuple[tuple[float, str, str, float], ...] = ()  # further faults: when, kind, target, for how long

    @property
    def processes(self) -> dict[str, list[str]]:
        """Each kind of process and its members, by the names the platform gives them."""
        several = {name: self._labels(name) for name in (*self.services, "relay")}
        gateways = {"gateway": [f"gateway-{number}" for number in range(1, self.gateways + 1)]}
        return {name: [name] for name in (*SERVERS, "sandbox")} | several | gateways

    @property
    def restarted(self) -> list[str]:
        """The kinds that are restarted one replica after another."""
        return [*self.services, "relay", "gateway"] if self.gateways > 1 else [*self.services, "relay"]

    @property
    def isolated(self) -> list[str]:
        """Those with a network namespace of their own: whoever a partition may cut off."""
        cut_off = {target for _, kind, target, _ in self.script if kind == "partition"}
        return [name for name in self.members if name in cut_off or (SERVING in cut_off and name in self.processes["relay"])]

    @property
    def members(self) -> list[str]:
        return [name for members in self.processes.values() for name in members]

    def kills_of(self, kind: str) -> int:
        return self.kills if not self.killed or kind in self.killed else 0

    def _labels(self, name: str) -> list[str]:
        return [name, *(f"{name}-{number}" for number in range(2, self.replicas.get(name, 1) + 1))]


EVERY_SERVICE = (*SERVICES, *PROBES)
_TWO_OF_EACH = dict.fromkeys(EVERY_SERVICE, 2) | {"relay": 3}
_LINKS = (
    ("relay", "amqp"),
    ("relay", "mongo"),
    ("relay-2", "amqp"),
    ("relay-3", "mongo"),
    ("probe_sink", "amqp"),
    ("probe_sink", "mongo"),
    ("probe_source", "amqp"),
    ("probe_source", "mongo"),
    ("payments", "amqp"),
    ("payments", "mongo"),
    ("challenges", "mongo"),
    ("messaging", "amqp"),
    ("identity", "mongo"),
    ("gateway-1", "amqp"),
    ("gateway-2", "redis"),
)

LONG = Scale(
    "long",
    seconds=1500,
    events=50_000,
    stories=40,
    services=EVERY_SERVICE,
    gateways=2,
    replicas=_TWO_OF_EACH,
    kills=20,
    stops=2,
    rolling=1,
    network=4,
    longest_network_fault=8.0,
    links=_LINKS,
    pauses=3,
    repeats=20,
    clock_jumps=5,
    vendor_faults=14,
    aggregates=200,
)
# For looking into something: all processes and all faults, some minutes.
SHORT = replace(LONG, name="short", seconds=150, events=8_000, stories=8, kills=4, stops=1, network=1, pauses=1, repeats=5, vendor_faults=4)
SMOKE = replace(
    LONG,
    name="smoke",
    seconds=30,
    events=1_500,
    stories=2,
    replicas={"relay": 2, "probe_sink": 2, "payments": 2},
    kills=1,
    stops=0,
    rolling=0,
    network=1,
    longest_network_fault=3.0,
    links=tuple(link for link in _LINKS if link[0] in ("relay", "probe_sink", "payments", "gateway-1")),
    pauses=0,
    repeats=2,
    clock_jumps=1,
    vendor_faults=3,
    aggregates=12,
    ends_with_database=True,
)
# The least that shows each safeguard: two relays, the probes, and those faults that each safeguard is there for.
BITE = Scale(
    "bite",
    seconds=20,
    events=900,
    stories=0,
    services=PROBES,
    gateways=0,
    replicas={"relay": 2},
    kills=0,
    links=((SERVING, "amqp"),),
    aggregates=5,
    poison=False,
    bursts=1.0,
    script=(
        (0.5, "pause", SERVING, 7.5),  # longer than its lease: another takes over, and this one wakes up (fencing)
        (9.0, "repeat", "wire", 0.0),  # (inbox)
        (11.0, "half_open", f"{SERVING}>amqp", 1.5),  # what is written then arrives nowhere (confirms)
        (14.1, "kill", "probe_source", 0.1),  # in the middle of a burst (unit of work)
        (17.1, "kill", "probe_source", 0.1),
    ),
    ends_with_database=True,
)
# Whole hosts that are cut off from all others, broker and database alike, and come back: they need network namespaces.
PARTITION = replace(
    BITE,
    name="partition",
    replicas={"relay": 2, "probe_sink": 2},
    # By ways of their own: a driver must not go to the address that a database tells of itself.
    links=((SERVING, "mongo"), ("probe_sink-2", "mongo")),
    script=(
        (2.0, "partition", SERVING, 7.0),  # longer than its lease: another takes over, and what it had sent arrives late
        (11.0, "partition", "probe_sink-2", 5.0),
        (14.0, "partition", SERVING, 1.0),  # shorter
        (17.0, "repeat", "wire", 0.0),
    ),
)
SCALES = {scale.name: scale for scale in (LONG, SHORT, SMOKE, BITE, PARTITION)}
