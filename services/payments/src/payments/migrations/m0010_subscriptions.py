"""Subscriptions: their collections, and the plans that are offered to begin with; finance changes them afterwards."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from contracts.payments.subscription_views import BillingInterval, PlanAudience
from payments.adapters.plans import plan_document
from payments.adapters.subscription_documents import ALL
from payments.domain.subscriptions.plan import Plan, Terms, new_plan

_EXPERT_PLUS = ("profile.featured", "matching.priority")
_EXPERT_PRO = (*_EXPERT_PLUS, "bookings.unlimited", "analytics.own")
_TEAM = ("organisation.branding", "organisation.members_25")
_BUSINESS = (*_TEAM, "organisation.sso", "organisation.members_unlimited", "support.priority")
_OFFERED = (
    (PlanAudience.EXPERT, "expert-plus", "Expert Plus", 10, (900, 9_000), _EXPERT_PLUS),
    (PlanAudience.EXPERT, "expert-pro", "Expert Pro", 20, (1_900, 19_000), _EXPERT_PRO),
    (PlanAudience.ORGANISATION, "organisation-team", "Team", 10, (4_900, 49_000), _TEAM),
    (PlanAudience.ORGANISATION, "organisation-business", "Business", 20, (14_900, 149_000), _BUSINESS),
)
_TRIAL_DAYS = 14
_WORDS = {BillingInterval.MONTH: "monthly", BillingInterval.YEAR: "annual"}


def migrate(database: Database[dict[str, Any]]) -> None:
    """Create what is missing; a plan that is there stays as it is."""
    existing = set(database.list_collection_names())
    for document in ALL:
        name = document._get_collection_name()
        if name not in existing:
            database.create_collection(name)
        document.ensure_indexes()
    for plan in _plans():
        if database["plans"].find_one({"_id": plan.id}) is None:
            database["plans"].insert_one(plan_document(plan).to_mongo().to_dict())


def _plans() -> list[Plan]:
    return [
        new_plan(
            Terms(f"{id}-{word}", f"{name} ({word})", audience, interval, price, "EUR", rank, tuple(sorted(entitlements))),
            trial_days=_TRIAL_DAYS,
            offered=True,
        )
        for audience, id, name, rank, prices, entitlements in _OFFERED
        for (interval, word), price in zip(_WORDS.items(), prices, strict=True)
    ]
