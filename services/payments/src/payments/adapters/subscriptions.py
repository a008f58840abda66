"""Subscriptions and their owners in MongoDB."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from contracts.payments.subscription_views import EndReason, SubscriptionStatus
from payments.adapters.inserting import insert, put
from payments.adapters.plans import stored_terms, terms_of
from payments.adapters.subscription_documents import SubscriberDocument, SubscriptionDocument
from payments.domain.payer_action import PayerAction
from payments.domain.subscriptions.subscriber import Subscriber
from payments.domain.subscriptions.subscription import Entitlement, Subscription


class MongoSubscriptions:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(SubscriptionDocument, session)

    def get(self, subscription_id: str) -> Subscription | None:
        document = self._documents.get(subscription_id)
        return None if document is None else _subscription(document)

    def page_of(self, owner_id: str, cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        return self._page({"owner_id": owner_id}, cursor, limit)

    def page(self, status: SubscriptionStatus | None, cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        return self._page({} if status is None else {"status": status.value}, cursor, limit)

    def due(self, at: datetime, limit: int) -> list[Subscription]:
        found = self._documents.find({"awaits_clock": True, "due_at": {"$lte": at}}, sort=[("due_at", 1)], limit=limit)
        return [_subscription(document) for document in found]

    def add(self, subscription: Subscription) -> None:
        insert(self._documents, _document(subscription))

    def save(self, subscription: Subscription) -> Subscription:
        self._documents.replace(_document(subscription), subscription.version)
        return replace(subscription, version=subscription.version + 1)

    def _page(self, query: dict[str, str], cursor: str | None, limit: int) -> tuple[list[Subscription], str | None]:
        documents, next_cursor = self._documents.page(query, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [_subscription(document) for document in documents], next_cursor


class MongoSubscribers:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(SubscriberDocument, session)

    def get(self, owner_id: str) -> Subscriber:
        document = self._documents.get(owner_id)
        if document is None:
            return Subscriber(owner_id)
        return Subscriber(
            id=document.id,
            version=document.version,
            subscription_id=document.subscription_id,
            trial_used=document.trial_used,
            revision=document.revision,
            entitlement=Entitlement(tuple(document.entitlements), document.valid_until),
        )

    def put(self, subscriber: Subscriber) -> None:
        document = SubscriberDocument(
            id=subscriber.id,
            version=max(subscriber.version, 1),
            subscription_id=subscriber.subscription_id,
            trial_used=subscriber.trial_used,
            revision=subscriber.revision,
            entitlements=list(subscriber.entitlement.names),
            valid_until=subscriber.entitlement.until,
        )
        put(self._documents, document, subscriber.version)


def _document(subscription: Subscription) -> SubscriptionDocument:
    action = subscription.action
    return SubscriptionDocument(
        id=subscription.id,
        version=subscription.version,
        owner_id=subscription.owner_id,
        payer_id=subscription.payer_id,
        payment_method=subscription.payment_method,
        terms=stored_terms(subscription.terms),
        next_terms=stored_terms(subscription.next_terms) if subscription.next_terms else None,
        status=subscription.status.value,
        anchor_day=subscription.anchor_day,
        period_start=subscription.period_start,
        period_end=subscription.period_end,
        cancel_at_period_end=subscription.cancel_at_period_end,
        bill_id=subscription.bill_id,
        saga_id=subscription.saga_id,
        failures=subscription.failures,
        next_at=subscription.next_at,
        notice_at=subscription.notice_at,
        action_url=action.url if action else None,
        action_client_secret=action.client_secret if action else None,
        action_expires_at=action.expires_at if action else None,
        created_at=subscription.created_at,
        ended_at=subscription.ended_at,
        end_reason=subscription.end_reason.value if subscription.end_reason else None,
        awaits_clock=True if subscription.due_at else None,
        due_at=subscription.due_at,
    )


def _subscription(document: SubscriptionDocument) -> Subscription:
    until = document.action_expires_at
    return Subscription(
        id=document.id,
        version=document.version,
        owner_id=document.owner_id,
        payer_id=document.payer_id,
        payment_method=document.payment_method,
        terms=terms_of(document.terms),
        next_terms=terms_of(document.next_terms) if document.next_terms else None,
        status=SubscriptionStatus(document.status),
        anchor_day=document.anchor_day,
        period_start=document.period_start,
        period_end=document.period_end,
        cancel_at_period_end=document.cancel_at_period_end,
        bill_id=document.bill_id,
        saga_id=document.saga_id,
        failures=document.failures,
        next_at=document.next_at,
        notice_at=document.notice_at,
        action=PayerAction(document.action_url, document.action_client_secret, until) if until else None,
        created_at=document.created_at,
        ended_at=document.ended_at,
        end_reason=EndReason(document.end_reason) if document.end_reason else None,
    )
