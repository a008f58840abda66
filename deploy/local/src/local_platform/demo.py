"""`make demo`: walks the core journey against the running platform and prints each step and the money table."""

from __future__ import annotations

import asyncio
import os
import sys

import aiohttp
from rich.console import Console
from rich.table import Table

from local_platform.market.client import Market, Unexpected
from local_platform.market.journey import Journey


def running_market() -> Market:
    """The platform that OPENCHANCE_GATEWAY_URLS and OPENCHANCE_SANDBOX_URL name, or the one `make run` starts by default."""
    gateways = os.environ.get("OPENCHANCE_GATEWAY_URLS", "http://127.0.0.1:8080").split(",")
    return Market(gateways, os.environ.get("OPENCHANCE_SANDBOX_URL", "http://127.0.0.1:8090"), patience=20)


async def _demo(console: Console) -> None:
    async with running_market() as market:
        steps = iter(range(1, 100))
        journey = Journey(market, report=lambda line: console.print(f"[green]{next(steps):>2}[/] {line}", highlight=False))
        await journey.walk()
        console.print(await _money(journey))


async def _money(journey: Journey) -> Table:
    escrow = await journey.challenger.get(f"/v1/challenges/{journey.challenge_id}/escrow")
    balance = (await journey.solver.get("/v1/balance"))["balances"][0]
    table = Table("", "EUR", title="Where the money went")
    table.columns[1].justify = "right"
    rows = [
        ("charged to the challenger", escrow["funded"]),
        ("still held in escrow", escrow["held"]),
        ("released to the solver", escrow["released"]),
        ("platform fees", escrow["fees"]),
        ("refunded", escrow["refunded"]),
        ("paid out to the solver", balance["paid_out"]),
        ("left in the solver's balance", balance["available"]),
    ]
    for label, money in rows:
        table.add_row(label, f"{money['amount_minor'] / 100:,.2f}")
    return table


def main() -> int:
    console = Console()
    try:
        asyncio.run(_demo(console))
    except Unexpected as problem:
        console.print(f"[red]the journey stopped:[/] {problem}", highlight=False)
        return 1
    except aiohttp.ClientConnectionError:
        console.print("[red]the platform is not running here[/]: start it with `make run`, then run `make demo` again")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
