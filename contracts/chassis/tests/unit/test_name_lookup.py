"""Names are looked up beside the event hub: others run meanwhile, and what the resolver says is what the caller gets."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading

import pytest

from chassis.green import eventlet
from chassis.name_lookup import beside_the_hub


def test_others_run_while_a_name_is_looked_up() -> None:
    may_answer = threading.Event()
    waiting = eventlet.spawn(beside_the_hub(lambda name: may_answer.wait(10) and name), "somewhere")
    eventlet.sleep(0)
    may_answer.set()  # the hub got here, though the resolver had not answered
    assert waiting.wait() == "somewhere"


def test_a_refusal_is_raised_where_it_was_asked() -> None:
    def unknown(name: str) -> str:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(socket.gaierror, match="not known"):
        beside_the_hub(unknown)("nowhere.invalid")


def test_who_gives_up_waiting_leaves_nothing_behind() -> None:
    may_answer = threading.Event()
    with pytest.raises(eventlet.Timeout), eventlet.Timeout(0.01):
        beside_the_hub(lambda: may_answer.wait(10))()
    may_answer.set()


def test_a_patched_process_looks_up_names_so_and_takes_no_dnspython_along() -> None:
    program = """
from chassis.green import eventlet
eventlet.monkey_patch()
import socket, sys
address = socket.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)[0][4]
print(address[1], socket.getaddrinfo.__wrapped__ is eventlet.patcher.original("socket").getaddrinfo)
print(sorted({name.partition(".")[0] for name in sys.modules} & {"dns", "OpenSSL", "rich"}))
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.split("\n")[:2] == ["80 True", "[]"]
