"""Several relays want one lease: whatever clocks run at, and whoever pauses or dies when, one at a time acts on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from memory_mongo import MemoryClient, MemoryCollection

from chassis.lease import LEASE_SECONDS, RELEASE, RENEWAL, Candidate, Holding, LeaseLost

NAME = "relay"
SKEWS = (0.97, 1.0, 1.03)  # how fast the clocks of the three run


@dataclass
class Relay:
    """A process: its clock, and what it has read, asked for and not yet heard of."""

    owner: str
    speed: float
    true_time: list[float]
    started: int = 0
    candidate: Candidate = field(init=False)
    read: tuple[dict[str, Any] | None] | None = None  # the state it has decided to claim
    claimed: tuple[int, float] | None = None  # token and moment of a claim that succeeded, and that it does not know of
    renewal: float | None = None  # when it asked
    renewed: float | None = None  # the renewal of that moment succeeded, and it does not know
    holding: Holding | None = None

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.started += 1
        self.end_tenure()

    def end_tenure(self) -> None:
        """The process lives on, and waits for the lease anew."""
        self.candidate = Candidate(NAME, f"{self.owner}/{self.started}", self.now)
        self.read = self.claimed = self.renewal = self.renewed = self.holding = None

    def now(self) -> float:
        return 1000 * self.speed + self.true_time[0] * self.speed

    @property
    def may_act(self) -> bool:
        if self.holding is None:
            return False
        try:
            self.holding.check()
        except LeaseLost:
            return False
        return True


RELAYS = st.integers(0, len(SKEWS) - 1)
PAUSES = st.sampled_from([0.05, 1.0, LEASE_SECONDS - 0.9, LEASE_SECONDS - 0.4, LEASE_SECONDS + 0.3, 2 * LEASE_SECONDS + 0.6])
ON_THE_WAY = st.sampled_from([0.05, 1.0, LEASE_SECONDS - 0.9, LEASE_SECONDS + 0.3])


class LeaseMachine(RuleBasedStateMachine):
    """A relay goes on step by step: between any two, time passes and the others go on."""

    def __init__(self) -> None:
        super().__init__()
        self.leases = MemoryCollection(MemoryClient(), "leases")
        self.true_time = [0.0]
        self.relays = [Relay(f"relay-{number}", speed, self.true_time) for number, speed in enumerate(SKEWS)]
        self.token = 0

    def stored(self) -> dict[str, Any] | None:
        return self.leases.find_one({"_id": NAME})

    @rule(seconds=PAUSES)
    def time_passes(self, seconds: float) -> None:
        """Whoever waits for the lease looks at it again and again; one that has decided to claim it may be slow to do so."""
        for _ in range(2):
            for one in self.relays:
                if one.read is None:
                    self._looks(one)
            self.true_time[0] += seconds / 2

    @rule(relay=RELAYS, times=st.integers(1, 4))
    def goes_on(self, relay: int, times: int) -> None:
        for _ in range(times):
            self._step(self.relays[relay])

    @rule(relay=RELAYS, other=RELAYS, before=ON_THE_WAY, to_the_database=ON_THE_WAY, back=ON_THE_WAY, lost=st.booleans())
    def renews_slowly(self, relay: int, other: int, before: float, to_the_database: float, back: float, lost: bool) -> None:
        """It gets the lease where it can, and works; then the others go on while its question and the answer are on their way."""
        one, rival = self.relays[relay], self.relays[other]
        for _ in range(6):
            self._step(one)
        while one.renewal is not None or one.renewed is not None:
            self._step(one)
        self.time_passes(before)
        if one is rival or not one.may_act:
            return
        self._step(one)
        for seconds in (to_the_database, back):
            self.time_passes(seconds)
            for _ in range(3):
                self._step(rival)
            if lost and seconds is back:
                one.renewed = None
            self._step(one)
            self.one_at_a_time_acts()

    def _step(self, one: Relay) -> None:
        """What a relay does next, by what it knows."""
        if one.holding is None:
            if one.claimed is not None:
                self._hears_of_its_claim(one)
            elif one.read is not None:
                self._claims(one)
            else:
                self._looks(one)
        elif one.renewed is not None:
            one.holding.renewed(one.renewed)
            one.renewed = None
        elif one.renewal is not None:
            self._renewal_arrives(one)
        elif one.may_act:
            one.renewal = one.now()
        else:
            one.end_tenure()

    def _looks(self, one: Relay) -> None:
        if one.holding is None and one.claimed is None:
            stored = self.stored()
            one.read = (stored,) if one.candidate.may_claim(stored) else None

    def _claims(self, one: Relay) -> None:
        assert one.read is not None
        (stored,), one.read = one.read, None
        asked_at = one.now()
        query, update = one.candidate.claim(stored)
        if stored is None:
            if self.stored() is None:
                self.leases.insert_one({**query, **update["$setOnInsert"]})
                one.claimed = one.candidate.claimed_token(stored), asked_at
        elif self.leases.update_one(query, update):
            one.claimed = one.candidate.claimed_token(stored), asked_at

    def _hears_of_its_claim(self, one: Relay) -> None:
        assert one.claimed is not None
        (token, asked_at), one.claimed = one.claimed, None
        one.holding = Holding(NAME, token, asked_at, one.now)

    def _renewal_arrives(self, one: Relay) -> None:
        assert one.holding is not None
        if self.leases.update_one(one.holding.mine(), RENEWAL):
            one.renewed = one.renewal
        else:
            one.holding = None
        one.renewal = None

    @rule(relay=RELAYS)
    def stops(self, relay: int) -> None:
        """Whoever gives the lease back has stopped to act on it."""
        one = self.relays[relay]
        if one.holding is not None:
            mine = one.holding.mine()
            one.restart()
            self.leases.update_one(mine, RELEASE)

    @rule(relay=RELAYS, dies=st.booleans())
    def ends(self, relay: int, dies: bool) -> None:
        """It dies; or broker or database broke: it could not give the lease back, and may claim it again at once."""
        one = self.relays[relay]
        if dies:
            one.restart()
            return
        one.end_tenure()
        stored = self.stored()
        if stored is not None and stored["owner"] == f"{one.owner}/{one.started}":
            assert one.candidate.may_claim(stored)

    @rule(relay=RELAYS)
    def one_that_works_keeps_its_lease(self, relay: int) -> None:
        """Renewed every second, it is not taken away, however long."""
        one = self.relays[relay]
        if not one.may_act or one.renewal is not None or self.stored() is None:
            return
        assert one.holding is not None
        for _ in range(8):
            asked_at = one.now()
            if not self.leases.update_one(one.holding.mine(), RENEWAL):
                return
            one.holding.renewed(asked_at)
            self.true_time[0] += 1
            for other in self.relays:
                if other is not one and other.holding is None and other.claimed is None:
                    assert not other.candidate.may_claim(self.stored())
                    other.read = None
        assert one.may_act

    @invariant()
    def one_at_a_time_acts(self) -> None:
        assert len([one.owner for one in self.relays if one.may_act]) <= 1

    @invariant()
    def tokens_only_rise_and_the_newest_acts(self) -> None:
        stored = self.stored()
        token = 0 if stored is None else stored["token"]
        assert token >= self.token
        self.token = token
        assert all(one.holding is not None and one.holding.token == token for one in self.relays if one.may_act)


TestLease = LeaseMachine.TestCase
TestLease.settings = settings(max_examples=100, stateful_step_count=30, deadline=None, derandomize=True, print_blob=False)
