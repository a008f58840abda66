"""Whose Stripe account is whose, and what Stripe said of it, in MongoDB."""

from __future__ import annotations

from dataclasses import asdict, replace

from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from payments.adapters.documents import ConnectedAccountDocument
from payments.adapters.inserting import insert
from payments.domain.payout_account import AccountState, PayoutAccount

# What a version before this one recorded an account without: it took every account for one that may be paid.
_TAKEN_FOR_ENABLED = AccountState(details_submitted=True, charges_enabled=True, payouts_enabled=True, transfers_enabled=True)


class MongoPayoutAccounts:
    def __init__(self, session: ClientSession) -> None:
        self._documents = DocumentCollection(ConnectedAccountDocument, session)

    def get(self, user_id: str) -> PayoutAccount | None:
        document = self._documents.get(user_id)
        return None if document is None else _account(document)

    def after(self, user_id: str, limit: int) -> list[PayoutAccount]:
        return [_account(document) for document in self._documents.find({"_id": {"$gt": user_id}}, sort=[("_id", 1)], limit=limit)]

    def add(self, account: PayoutAccount) -> None:
        insert(self._documents, _document(account))

    def save(self, account: PayoutAccount) -> PayoutAccount:
        self._documents.replace(_document(account), account.version)
        return replace(account, version=account.version + 1)


def _document(account: PayoutAccount) -> ConnectedAccountDocument:
    return ConnectedAccountDocument(
        id=account.user_id,
        version=account.version,
        account_id=account.account_id,
        state=asdict(account.state) | {"requirements_due": list(account.state.requirements_due)},
        created_at=account.created_at,
        updated_at=account.updated_at,
    )


def _account(document: ConnectedAccountDocument) -> PayoutAccount:
    state = _TAKEN_FOR_ENABLED
    if document.state:
        state = AccountState(**{**document.state, "requirements_due": tuple(document.state["requirements_due"])})
    return PayoutAccount(
        user_id=document.id,
        version=document.version,
        account_id=document.account_id,
        state=state,
        created_at=document.created_at,
        updated_at=document.updated_at or document.created_at,
    )
