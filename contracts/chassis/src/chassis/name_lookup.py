"""Looking up names of hosts beside eventlet's hub."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from eventlet import patcher
from eventlet.hubs import trampoline

P = ParamSpec("P")
R = TypeVar("R")
_threads = patcher.original("threading")


def beside_the_hub(look_up: Callable[P, R]) -> Callable[P, R]:
    """The same function, in a native thread of its own: other greenlets run while it waits for a server of names.

    Not eventlet's pool of threads: work that is slow for other reasons fills that one (`chassis.native_threads`), and who
    connects is seldom, so that a thread each is no cost.
    """

    @functools.wraps(look_up)
    def waiting(*args: P.args, **options: P.kwargs) -> R:
        found: list[R] = []
        failed: list[BaseException] = []
        done, doing = os.pipe()

        def run() -> None:
            try:
                found.append(look_up(*args, **options))
            except BaseException as error:  # raised where it was asked
                failed.append(error)
            finally:
                os.close(doing)  # the end of the pipe is what the hub sees

        _threads.Thread(target=run, name="name-lookup", daemon=True).start()
        try:
            trampoline(done, read=True)
        finally:
            os.close(done)
        if failed:
            raise failed[0]
        return found[0]

    return waiting
