"""notifications is killed around the sending of a mail: it goes out, and twice at most as the same mail (decision 0006)."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pymongo

from chassis.ids import new_id
from contracts.identity.events import EmailVerificationRequested
from local_platform.crashing import Doomed
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService


def mails(sandbox_url: str, to: str) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{sandbox_url}/_sandbox/mail?to={to}", timeout=5) as response:
        return list(json.load(response)["items"])


async def test_killed_there_a_mail_goes_out_all_the_same(run_service: RunService, sandbox_url: str, amqp_url: str, mongo_url: str) -> None:
    service = await asyncio.to_thread(
        run_service,
        "notifications",
        NOTIFICATIONS_SENDGRID_API_KEY="SG.test",
        NOTIFICATIONS_SENDGRID_API_BASE=sandbox_url,
        NOTIFICATIONS_PUBLIC_URL="https://openchance.example",
    )
    doomed = Doomed(service.process, "NOTIFICATIONS_CRASH_AT", mongo_url)
    await asyncio.to_thread(service.stop)
    user_id = new_id("user")
    address = f"{user_id}@example.com"
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        kept = client[service.database]["mails"]

        def lease_runs_out() -> None:
            """The dead sender's would in a minute: the walk does not wait for that."""
            kept.update_many({"status": "sending"}, {"$set": {"due_at": datetime.now(UTC)}})

        await doomed.begin("mail.claimed")
        async with connected(amqp_url) as broker:
            await broker.publish(
                EmailVerificationRequested(
                    user_id=user_id, email=address, display_name="Ann", locale="en", token="t0ken", expires_at="2099-01-01T00:00:00Z"
                )
            )
        await doomed.died()
        assert mails(sandbox_url, address) == []

        lease_runs_out()
        await doomed.begin("mail.handed_over")
        await doomed.died()
        assert len(mails(sandbox_url, address)) == 1

        lease_runs_out()
        await doomed.revive()
        await eventually(lambda: kept.count_documents({"status": "sent"}) == 1)
        sent = mails(sandbox_url, address)
        assert len(sent) == 2
        assert len({mail["headers"]["Message-ID"] for mail in sent}) == 1
        assert kept.count_documents({}) == 1
