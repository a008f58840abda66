"""`python -m local_platform.nursery <descriptor> <module> [argument]…`: imports a program once and forks one for each request.

A request is a line of JSON on standard input: {"env": {…}, "folder": "…" or null, "log": "…"}. Answers are lines on the descriptor:
`born <pid>` when the child runs in a session of its own, `ended <pid> <status>` (negative: the signal) as soon as it has. The child
goes on as `python -m <module> [argument]…` would. At the end of its input the nursery ends, and the kernel tells its children.
"""

# Taken before a program patches the library for its own loop: this one blocks.
from os import WNOHANG, fork, read, sched_yield, waitpid, write  # isort: skip

import gc
import importlib
import json
import os
import runpy
import signal
import sys
from typing import Any

from local_platform.parenthood import end_with_parent

_LONGEST = 1 << 20


def _imports(module: str, arguments: list[str]) -> list[str]:
    """What `python -m module` runs, and what it would import later as it starts."""
    if module == "chassis.runner":
        return [module, *(f"{arguments[0]}.{part}" for part in ("settings", "migrations", "service"))]
    return [f"{module}.__main__"]


def _requests() -> bytes:
    """The next request; nothing at the end. One comes when the one before was answered."""
    line = b""
    while not line.endswith(b"\n"):
        part = read(0, _LONGEST)
        if not part:
            return b""
        line += part
    return line


def _await_next_child(answers: int) -> None:
    """Forks for each request; returns in the children, and in the nursery when there are no more."""

    def bury(*_: object) -> None:
        while True:
            try:
                pid, status = waitpid(-1, WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            write(answers, f"ended {pid} {os.waitstatus_to_exitcode(status)}\n".encode())

    signal.signal(signal.SIGCHLD, bury)
    while line := _requests():
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
        pid = fork()
        if pid == 0:
            _become(json.loads(line), answers)
            return
        while os.getsid(pid) != pid:  # whoever kills its group must find one
            sched_yield()
        write(answers, f"born {pid}\n".encode())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    sys.exit()


def _become(request: dict[str, Any], answers: int) -> None:
    end_with_parent()
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGCHLD})
    log = os.open(request["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(descriptor, place)
    for descriptor in (nothing, log, answers):
        os.close(descriptor)
    if eventlet := sys.modules.get("eventlet"):
        eventlet.hubs.use_hub()  # of its own: children of one hub would wait on one epoll, and each would hear of the others' signals
    os.environ.clear()
    os.environ.update(request["env"])
    if request["folder"] is not None:
        os.chdir(request["folder"])


def main() -> None:
    answers, module, *arguments = sys.argv[1:]
    program, *parts = _imports(module, arguments)
    for name in (program, *parts):
        importlib.import_module(name)
    gc.freeze()
    _await_next_child(int(answers))
    sys.argv = [module, *arguments]
    del sys.modules[program]  # it runs as `__main__` now
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
