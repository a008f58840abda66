"""Accounts and the proof of their addresses in MongoDB."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection
from chassis.person_keys import PersonKey
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from identity.adapters.documents import AccountDocument, EmailVerificationDocument
from identity.adapters.person_keys import MongoPersonKeys
from identity.domain.account import Account, AccountFilter, Profile, email_key
from identity.domain.errors import EmailTaken
from identity.domain.standing import GOOD, Standing
from identity.domain.verification import EmailVerification

# Accounts from before their standing was kept are in good standing.
_UNSAID: Mapping[AccountStatus, tuple[None, ...]] = {status: (None,) if status is AccountStatus.ACTIVE else () for status in AccountStatus}
_PROFILE = tuple(Profile.__dataclass_fields__)


class MongoAccounts:
    """The port Accounts; without a session for reads outside a transaction. Profiles are encrypted with their person's key."""

    def __init__(self, keys: MongoPersonKeys, session: ClientSession | None = None) -> None:
        self._keys = keys
        self._session = session
        self._accounts = DocumentCollection(AccountDocument, session)

    def get(self, user_id: str) -> Account | None:
        document = self._accounts.get(user_id)
        return self._read(document) if document else None

    def by_email(self, email: str) -> Account | None:
        documents = self._accounts.find({"email_key": email_key(email)})
        return self._read(documents[0]) if documents else None

    def add(self, account: Account) -> None:
        try:
            self._accounts.insert(self._document(account))
        except DuplicateKeyError as error:
            raise EmailTaken from error

    def save(self, account: Account) -> None:
        self._accounts.replace(self._document(account), expected_version=account.version - 1)

    def remove(self, user_id: str) -> None:
        self._accounts.delete(user_id)

    def any_with(self, role: Role) -> bool:
        return bool(self._accounts.find({"roles": role.value}, limit=1))

    def page(self, chosen: AccountFilter, cursor: str | None, limit: int) -> tuple[list[Account], str | None]:
        query = {
            **({"email_key": email_key(chosen.email)} if chosen.email else {}),
            **({"roles": chosen.role.value} if chosen.role else {}),
            **({"status": {"$in": [chosen.status.value, *_UNSAID[chosen.status]]}} if chosen.status else {}),
        }
        documents, next_cursor = self._accounts.page(query, sort=[("_id", -1)], cursor=cursor, limit=limit)
        return [self._read(document) for document in documents], next_cursor

    def _read(self, document: AccountDocument) -> Account:
        return _account(document, self._keys.of(document.id, self._session) if document.sealed_profile else None)

    def _document(self, account: Account) -> AccountDocument:
        if self._session is None:
            raise RuntimeError("accounts are written in a unit of work")
        return _account_document(account, self._keys.made(account.id, self._session))


class MongoEmailVerifications:
    """The port EmailVerifications."""

    def __init__(self, session: ClientSession) -> None:
        self._verifications = DocumentCollection(EmailVerificationDocument, session)

    def of(self, user_id: str) -> EmailVerification | None:
        document = self._verifications.get(user_id)
        return _verification(document) if document else None

    def by_digest(self, token_digest: str) -> EmailVerification | None:
        documents = self._verifications.find({"token_digest": token_digest})
        return _verification(documents[0]) if documents else None

    def add(self, verification: EmailVerification) -> None:
        self._verifications.insert(_verification_document(verification))

    def save(self, verification: EmailVerification) -> None:
        self._verifications.replace(_verification_document(verification), expected_version=verification.version - 1)

    def remove(self, user_id: str) -> None:
        self._verifications.delete(user_id)


def _account(document: AccountDocument, key: PersonKey | None) -> Account:
    return Account(
        id=document.id,
        version=document.version,
        email=document.email,
        email_verified=document.email_verified,
        password_hash=document.password_hash,
        roles=tuple(Role(role) for role in document.roles),
        profile=_profile(document, key),
        created_at=document.created_at,
        standing=Standing(AccountStatus(document.status), document.status_reason, document.suspended_until) if document.status else GOOD,
    )


def _profile(document: AccountDocument, key: PersonKey | None) -> Profile:
    """Of accounts from before profiles were encrypted it stands in the document's own fields."""
    told = json.loads(key.open(document.sealed_profile)) if key else {name: getattr(document, name) for name in _PROFILE}
    fields: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in told.items()}
    return Profile(**fields)


def _account_document(account: Account, key: PersonKey) -> AccountDocument:
    return AccountDocument(
        id=account.id,
        version=account.version,
        email=account.email,
        email_key=email_key(account.email),
        email_verified=account.email_verified,
        password_hash=account.password_hash,
        roles=[role.value for role in account.roles],
        sealed_profile=key.seal(json.dumps(asdict(account.profile))),
        created_at=account.created_at,
        status=account.standing.status.value,
        status_reason=account.standing.reason,
        suspended_until=account.standing.until,
    )


def _verification(document: EmailVerificationDocument) -> EmailVerification:
    return EmailVerification(
        user_id=document.id,
        version=document.version,
        email=document.email,
        token_digest=document.token_digest,
        requested_at=document.requested_at,
        expires_at=document.expires_at,
    )


def _verification_document(verification: EmailVerification) -> EmailVerificationDocument:
    return EmailVerificationDocument(
        id=verification.user_id,
        version=verification.version,
        email=verification.email,
        token_digest=verification.token_digest,
        requested_at=verification.requested_at,
        expires_at=verification.expires_at,
    )
