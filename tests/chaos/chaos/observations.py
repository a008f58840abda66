"""What can be seen when all has come to rest: dead letters, outboxes, the probes' tables, the ledger, the vendors' books."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import aiohttp
import pymongo
from pymongo.collection import Collection

from chaos.history import History
from chaos.observer import Observer
from chassis.outbox import WAITING
from local_platform.platform import Platform

_QUIET_S = 2.0


async def settled(platform: Platform, observer: Observer, history: History, within: float) -> bool:
    """Wait until no outbox and no queue holds anything, and nothing new is seen for a moment."""
    deadline = time.monotonic() + within
    quiet_since: float | None = None
    rest: dict[str, int] = {}
    while time.monotonic() < deadline:
        rest = await asyncio.to_thread(_unfinished, platform)
        if rest or history.now - observer.last_seen < _QUIET_S:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since >= _QUIET_S:
            return True
        await asyncio.sleep(0.5)
    history.add("unsettled", within=within, rest=rest)
    return False


async def record(platform: Platform, history: History) -> None:
    """Write all of it into the history."""
    await asyncio.to_thread(_databases, platform, history)
    if "payments" in platform.environment.services:
        await _vendors_books(platform, history)


def _unfinished(platform: Platform) -> dict[str, int]:
    try:
        with pymongo.MongoClient[dict[str, Any]](platform.infrastructure.mongo_url, serverSelectionTimeoutMS=2000) as client:
            rest = {f"outbox of {name}": client[name]["outbox"].count_documents(WAITING) for name in platform.environment.services}
            if "payments" in platform.environment.services:
                rest["running sagas"] = client["payments"]["sagas"].count_documents({"status": "running"})
        lines = platform.infrastructure.servers["broker"].control("list_queues", "name", "messages").splitlines()  # type: ignore[attr-defined]
    except Exception as error:
        return {f"cannot be told: {error}"[:200]: 1}
    for line in lines:
        name, _, count = line.rpartition("\t")
        if count.isdigit():
            rest[name] = int(count)
    return {name: count for name, count in rest.items() if count}


def _databases(platform: Platform, history: History) -> None:
    with pymongo.MongoClient[dict[str, Any]](platform.infrastructure.mongo_url) as client:
        for name in platform.environment.services:
            _dead_letters(client[name]["dead_letters"], history)
            columns = {"source": 1, "type": 1, "subject": 1, "sequence": 1, "pending": 1}
            for row in client[name]["outbox"].find({}, columns):
                history.add("outbox", database=name, id=row["_id"], source=row["source"], subject=row["subject"], sequence=row["sequence"],
                            type=row["type"], pending=bool(row.get("pending")))  # fmt: skip
        for row in client["probe_source"]["facts"].find():
            history.add("state", fact=row["fact"], aggregate=row["aggregate"])
        for row in client["probe_sink"]["effects"].find():
            history.add(
                "effect", fact=row["fact"], event=row["event"], aggregate=row["aggregate"], sequence=row["sequence"], place=row["place"]
            )
        if "payments" in platform.environment.services:
            for row in client["payments"]["journals"].find():
                for move in row["moves"]:
                    history.add("move", journal=row["_id"], source=move["source"], destination=move["destination"], amount=move["amount"])
            for row in client["payments"]["balances"].find():
                history.add("balance", account=row["_id"], amount=row["amount"])
            for row in client["payments"]["sagas"].find():
                history.add("saga", id=row["_id"], kind=row["kind"], status=row["status"], step=row["step"])


def _dead_letters(letters: Collection[dict[str, Any]], history: History) -> None:
    for row in letters.find({"status": "waiting"}):
        fact = json.loads(row["body"]).get("fact")
        history.add("dead", queue=row["queue"], id=row["event_id"], subject=row["subject"],
                    fact=fact.get("id") if isinstance(fact, dict) else None, error=row["error"], trace=bool(row["traceback"]))  # fmt: skip


async def _vendors_books(platform: Platform, history: History) -> None:
    async with aiohttp.ClientSession() as http:
        for kind in ("charges", "refunds", "transfers", "payouts"):
            async with http.get(f"{platform.sandbox_url}/_sandbox/stripe/{kind}") as answer:
                for item in (await answer.json())["items"]:
                    if kind == "charges" and item["sandbox_account"] is not None:
                        continue  # how a transfer shows in the books of the account it goes to
                    history.add("vendor_book", kind=kind, id=item["id"], amount=item["amount"], currency=item["currency"].upper(),
                                status=item.get("status"), paid=item.get("paid"), reversed=item.get("amount_reversed", 0))  # fmt: skip
