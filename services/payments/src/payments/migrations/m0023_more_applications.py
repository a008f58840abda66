"""The plans for experts that are offered to begin with entitle to more applications at a time; a plan that finance has changed stays so."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from contracts.payments.entitlements import APPLICATIONS_MORE
from payments.migrations.m0010_subscriptions import _plans


def migrate(database: Database[dict[str, Any]]) -> None:
    """Where a plan still is what it was made as. Who has subscribed keeps what they agreed on."""
    for plan in _plans():
        if plan.id.startswith("expert-"):
            made_as = {"_id": plan.id, "version": 1, "terms.entitlements": list(plan.terms.entitlements)}
            entitlements = sorted({*plan.terms.entitlements, APPLICATIONS_MORE})
            database["plans"].update_one(made_as, {"$set": {"terms.entitlements": entitlements}, "$inc": {"version": 1}})
