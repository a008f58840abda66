"""The processes of a run, as the plan names them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.request
from pathlib import Path

from chaos.scale import PROBES, SERVING, Scale
from local_platform.platform import Platform

HARNESS = Path(__file__).parents[1]
# Short enough that what waits for another event, or for a lock of a killed process, ends within a run.
_SERVICE_TIERS = [1, 2, 5, *[10] * 12]
_SINK_TIERS = [0.5, 1, 2, 4]  # the poison lies in the dead letters after some seconds
_LIMITS = dict.fromkeys(("auth", "sign_up", "write", "read", "webhook", "socket"), "60000/60")


def build(folder: Path, scale: Scale, vendor_url: str) -> Platform:
    """The platform of this scale, nothing started. In environment variables: what the processes of a run are told besides."""
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(HARNESS), os.environ.get("PYTHONPATH")]))
    settings = {
        "GATEWAY_RATE_LIMITS": json.dumps(_LIMITS),  # everybody comes from one address
        "PROBE_SINK_VENDOR_URL": vendor_url,
        "PROBE_SINK_MAX_WORKERS": "8",
        **{f"{name.upper()}_RETRY_TIERS_S": json.dumps(_SINK_TIERS if name in PROBES else _SERVICE_TIERS) for name in scale.services},
    }
    proxied: dict[str, set[str]] = {}
    for process, server in scale.links:
        for each in scale.processes["relay"] if process == SERVING else [process]:
            proxied.setdefault(each, set()).add(server)
    return Platform(
        folder,
        gateways=scale.gateways,
        environment=settings,
        replicas=scale.replicas,
        services=scale.services,
        proxied={process: sorted(servers) for process, servers in proxied.items()},
    )


def run_unsafe(platform: Platform, safeguard: str) -> None:
    """Have every process of ours run without this safeguard (see `unsafe`)."""
    for process in platform.processes.values():
        command = getattr(process, "command", None)
        if command and command[:2] == [sys.executable, "-m"] and command[2].startswith("chassis."):
            command[2:3] = ["unsafe", safeguard, command[2]]


async def serving_relay(platform: Platform, database: str) -> str | None:
    """Which relay holds the lease of this outbox now; a probe of their metrics, as an operator would look."""
    for name, process in platform.processes.items():
        if name.startswith("relay") and process.running:
            port = getattr(process, "env", {}).get("RELAY_HEALTH_PORT")
            try:
                page = await asyncio.to_thread(_fetched, f"http://127.0.0.1:{port}/metrics")
            except OSError:
                continue
            if f'relay_lease_held{{database="{database}"}} 1.0' in page:
                return name
    return None


def _fetched(url: str) -> str:
    with urllib.request.urlopen(url, timeout=2) as page:
        text: str = page.read().decode()
        return text
