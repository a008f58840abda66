"""What the platform's processes cost: memory, start-up time and CPU by process."""

from __future__ import annotations

import time
from collections.abc import Mapping

import psutil

from local_platform.platform import Platform


def memory_mb(platform: Platform) -> dict[str, float]:
    """Resident memory of each process with its children, in MB."""
    return {name: _family_sum(process.pid, lambda one: one.memory_info().rss) / 1e6 for name, process in platform.processes.items()}


def cpu_seconds(platform: Platform) -> dict[str, float]:
    """CPU time each process has used so far."""
    return {name: _family_sum(process.pid, lambda one: sum(one.cpu_times()[:2])) for name, process in platform.processes.items()}


def shares(before: Mapping[str, float], after: Mapping[str, float]) -> str:
    """Which process used what part of the CPU time between two readings, those above 2 %, largest first."""
    used = {name: after[name] - before[name] for name in after}
    total = sum(used.values()) or 1.0
    named = sorted(((part / total, name) for name, part in used.items()), reverse=True)
    return ", ".join(f"{name} {share:.0%}" for share, name in named if share > 0.02)


def start_up_seconds(platform: Platform) -> dict[str, float]:
    """Stop and start each program of ours alone, the others running: seconds until it is ready."""
    measured = {}
    for name, process in platform.processes.items():
        if name in ("broker", "mongo", "redis"):
            continue
        process.stop()
        began = time.perf_counter()
        process.start()
        measured[name] = time.perf_counter() - began
    return measured


def _family_sum(pid, read) -> float:
    parent = psutil.Process(pid)
    return float(sum(read(one) for one in (parent, *parent.children(recursive=True))))
