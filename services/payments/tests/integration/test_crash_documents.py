"""payments is killed with a number taken and its document not committed: the number is given out again; and what people then see."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pymongo
import pytest
from payments_papers import numbers_have_no_gap
from test_payments_service import Engagement, price

from chassis.ids import new_id
from chassis.rpc_client import RpcClient
from contracts.errors import ProblemError
from contracts.identity.events import UserRegistered
from contracts.identity.roles import Role
from contracts.payments.commands import OpenDispute, ReleaseEscrow
from contracts.payments.document_views import DocumentKind, Locale
from contracts.payments.documents import (
    GetDocument,
    GetDocumentFile,
    GetEvidenceBundle,
    GetEvidenceKeys,
    GetRevenueReport,
    ListDocuments,
    ListTransactions,
)
from local_platform.crashing import Doomed
from local_platform.observing import eventually
from local_platform.publishing import connected
from local_platform.pytest_plugin import RunService
from local_platform.tokens import TestTokens


@pytest.fixture
async def engagement(
    run_service: RunService, mongo_url: str, sandbox_url: str, rpc: RpcClient, tokens: TestTokens, amqp_url: str
) -> AsyncIterator[Engagement]:
    service = run_service(
        "payments",
        PAYMENTS_STRIPE_API_KEY="sk_test_payments",
        PAYMENTS_STRIPE_API_BASE=sandbox_url,
        PAYMENTS_STRIPE_WEBHOOK_SECRET="whsec_test",
        PAYMENTS_RETRY_TIERS_S="[0.1, 0.2, 0.5]",
    )
    with pymongo.MongoClient[dict[str, Any]](mongo_url) as client:
        async with connected(amqp_url) as broker:
            yield Engagement(service, sandbox_url, rpc, broker, tokens, client[service.database])


async def test_a_number_that_was_taken_and_not_committed_is_given_out_again(engagement: Engagement, mongo_url: str) -> None:
    await engagement.publish(
        UserRegistered(
            user_id=engagement.challenger,
            email="zoe@example.com",
            display_name="Zoë Łuk",
            roles=(Role.CHALLENGER,),
            locale="fr",
            time_zone="UTC",
            registered_at=datetime.now(UTC),
        )
    )
    await engagement.accept()
    await eventually(lambda: engagement.database["people"].count_documents({}) == 1, within=40.0)
    doomed = Doomed(engagement.service.process, "PAYMENTS_CRASH_AT", mongo_url)
    await asyncio.to_thread(doomed.process.stop)
    await doomed.begin("documents.number_taken")
    funding = asyncio.ensure_future(engagement.fund(key="k", within=30.0))
    await doomed.died()
    funding.cancel()
    await asyncio.gather(funding, return_exceptions=True)
    assert engagement.database["number_series"].count_documents({}) == 0
    await doomed.revive()
    await engagement.fund(key="k")
    funded = await engagement.escrow()
    await engagement.ask(ReleaseEscrow(escrow_id=funded.id, milestone_id=engagement.milestone_ids[0]), engagement.challenger)
    invoice = await eventually(lambda: _first(engagement, engagement.solver, DocumentKind.INVOICE), within=40.0)
    receipt = await eventually(lambda: _first(engagement, engagement.challenger, DocumentKind.RECEIPT), within=40.0)
    stored = [row["number"] for row in engagement.database["accounting_documents"].find()]
    assert len(stored) == 2
    assert numbers_have_no_gap(stored)
    assert receipt.recipient.name == "Zoë Łuk"
    assert (receipt.total.amount_minor, invoice.total.amount_minor) == (100_000, 6_000)
    assert (invoice.recipient_id, invoice.escrow_id) == (engagement.solver, funded.id)

    # what people get to see of it
    file = await engagement.ask(GetDocumentFile(document_id=invoice.id, locale=Locale.DE), engagement.solver)
    again = await engagement.ask(GetDocumentFile(document_id=invoice.id, locale=Locale.DE), engagement.solver)
    assert file == again
    assert file.content.startswith(b"%PDF-")
    with pytest.raises(ProblemError, match=r"payments\.document\.not_found"):
        await engagement.ask(GetDocument(document_id=invoice.id), engagement.challenger)
    history = await engagement.ask(ListTransactions(), engagement.solver)
    assert [(row.kind, row.amount.amount_minor) for row in history.items] == [("release", 54_000)]
    month = f"{invoice.issued_at:%Y-%m}"
    (line,) = (await engagement.ask(GetRevenueReport(first=month, last=month), new_id("user"), roles=("finance",))).items
    assert line.fees.amount_minor == 6_000
    dispute = await engagement.ask(OpenDispute(escrow_id=funded.id, amount=price(500), reason="Not agreed."), engagement.challenger)
    bundle = await engagement.ask(GetEvidenceBundle(dispute_id=dispute.id), engagement.challenger)
    with zipfile.ZipFile(BytesIO(bundle.content)) as archive:
        assert f"documents/{receipt.number}.json" in archive.namelist()
    assert len((await engagement.rpc.call(GetEvidenceKeys())).keys) == 1


async def _first(engagement: Engagement, user_id: str, kind: DocumentKind):  # type: ignore[no-untyped-def]
    page = await engagement.ask(ListDocuments(kind=kind), user_id)
    return page.items[0] if page.items else None
