"""Services that ask services get their answer or a refusal in time, also when the broker says nothing any more."""

from __future__ import annotations

import subprocess
import sys

import pytest

from local_platform.fault_proxy import FaultProxy

# A process of its own: as in a service, what waits for a socket gives way to others, time-outs among them.
ASKS = """
from chassis.green import eventlet
eventlet.monkey_patch()
import sys
from chassis.ids import new_id
from chassis.rpc_caller import RpcCaller
from contracts.errors import ProblemError
from contracts.privacy.queries import GetPersonKey

call = RpcCaller(sys.argv[1])
for _ in range(3):
    try:
        call(GetPersonKey(user_id=new_id("user")), to="nobody", timeout=1.0)
    except ProblemError as refused:
        print(refused.problem.code, refused.problem.kind.value, flush=True)
    sys.stdin.readline()
"""


@pytest.mark.parametrize("fault", ["half_open", "stall"])
def test_a_broker_that_falls_silent_holds_up_nobody(amqp_url: str, fault: str) -> None:
    port = int(amqp_url.rsplit(":", 1)[1].partition("/")[0])
    with (
        FaultProxy(port) as proxy,
        subprocess.Popen(
            [sys.executable, "-c", ASKS, proxy.url(amqp_url)], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as asking,
    ):
        assert asking.stdin is not None
        assert asking.stdout is not None
        try:
            refusals = [asking.stdout.readline()]
            getattr(proxy, fault)()  # with a line that worked, then while a new one is made
            for _ in range(2):
                asking.stdin.write("\n")
                asking.stdin.flush()
                refusals.append(asking.stdout.readline())
            asking.stdin.write("\n")
            asking.stdin.flush()
            assert asking.wait(30) == 0
        finally:
            asking.kill()
    assert refusals == [refusals[0]] * 3
    assert refusals[0].split()[1] == "unavailable"
