"""Rate limits that all replicas count together, and each for itself while Redis is away."""

from __future__ import annotations

import time

from cachetools import FIFOCache

from gateway.settings import RateClass, Settings
from gateway.shared.connection import RedisAway, SharedRedis
from gateway.shared.gcra import Policy, Verdict, decide, verdict

# The same rule as gcra.decide, on Redis' own clock so that replicas' clocks do not matter. Microseconds: Lua numbers are doubles.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window, interval = tonumber(ARGV[1]), tonumber(ARGV[2])
local previous = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local following = previous + interval
if following - now > window then return {0, previous - now} end
redis.call('SET', KEYS[1], string.format('%.0f', following), 'PX', math.ceil((following - now) / 1000))
return {1, following - now}
"""
_MICROSECONDS = 1_000_000
_LOCAL_CALLERS = 50_000


class RateLimits:
    """Counts requests by class and caller."""

    def __init__(self, settings: Settings, redis: SharedRedis) -> None:
        self._settings = settings
        self._redis = redis
        self._local: FIFOCache[str, float] = FIFOCache(_LOCAL_CALLERS)

    def policy(self, rate_class: RateClass) -> Policy:
        return self._settings.policy(rate_class)

    async def take(self, rate_class: RateClass, caller: str) -> Verdict:
        """Count one request of this caller (`user:…` or `address:…`)."""
        if not self._settings.rate_limits_enabled:
            return verdict(self.policy(rate_class), 0, allowed=True)
        policy, key = self.policy(rate_class), f"gateway:rate:{rate_class}:{caller}"
        window, interval = policy.window_s * _MICROSECONDS, policy.interval_s * _MICROSECONDS
        try:
            allowed, debt = await self._redis.run(lambda client: client.eval(_SCRIPT, 1, key, str(window), str(interval)))
        except RedisAway:
            return self._take_locally(policy, key)
        return verdict(policy, int(debt) / _MICROSECONDS, allowed=bool(allowed))

    def _take_locally(self, policy: Policy, key: str) -> Verdict:
        decision, arrival = decide(policy, self._local.get(key), time.monotonic())
        self._local[key] = arrival
        return decision
