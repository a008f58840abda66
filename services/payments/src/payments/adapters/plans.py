"""Plans in MongoDB, and the terms that subscriptions and bills keep of them."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.subscription_views import BillingInterval, PlanAudience
from payments.adapters.inserting import insert
from payments.adapters.subscription_documents import PlanDocument
from payments.domain.subscriptions.plan import Plan, Terms


class MongoPlans:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(PlanDocument, session)

    def get(self, plan_id: str) -> Plan | None:
        document = self._documents.get(plan_id)
        return None if document is None else _plan(document)

    def offered(self) -> list[Plan]:
        return [_plan(document) for document in self._documents.find({"offered": True})]

    def put(self, plan: Plan) -> Plan:
        document = plan_document(plan)
        if self._documents.row(plan.id) is None:
            insert(self._documents, document)
            return plan
        self._documents.replace(document, plan.version)
        return replace(plan, version=plan.version + 1)


def plan_document(plan: Plan) -> PlanDocument:
    return PlanDocument(id=plan.id, version=plan.version, terms=stored_terms(plan.terms), trial_days=plan.trial_days, offered=plan.offered)


def stored_terms(terms: Terms) -> dict[str, Any]:
    return asdict(terms) | {"audience": terms.audience.value, "interval": terms.interval.value, "entitlements": list(terms.entitlements)}


def terms_of(stored: dict[str, Any]) -> Terms:
    return Terms(
        **{
            **stored,
            "audience": PlanAudience(stored["audience"]),
            "interval": BillingInterval(stored["interval"]),
            "entitlements": tuple(stored["entitlements"]),
        }
    )


def _plan(document: PlanDocument) -> Plan:
    return Plan(document.id, document.version, terms_of(document.terms), document.trial_days, document.offered)
