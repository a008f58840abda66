"""Ceremonies, second factors and the history of logins in MongoDB."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import DESCENDING
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from identity.adapters.authentication_documents import (
    CeremonyDocument,
    LinkDocument,
    LoginDocument,
    PasskeyDocument,
    SecondFactorsDocument,
    TotpDocument,
)
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.login import Login, Outcome
from identity.domain.origin import Origin
from identity.domain.second_factors import Passkey, SecondFactors, Totp
from identity.domain.sign_in import Link, link_id


class MongoCeremonies:
    """The port Ceremonies."""

    def __init__(self, session: ClientSession) -> None:
        self._ceremonies = DocumentCollection(CeremonyDocument, session)

    def add(self, ceremony: Ceremony) -> None:
        self._ceremonies.insert(
            CeremonyDocument(
                id=ceremony.digest,
                kind=ceremony.kind.value,
                user_id=ceremony.user_id or "-",
                details=dict(ceremony.details),
                expires_at=ceremony.expires_at,
            )
        )

    def take(self, digest: str) -> Ceremony | None:
        found = self.get(digest)
        if found is not None:
            self._ceremonies.delete(digest)
        return found

    def get(self, digest: str) -> Ceremony | None:
        found = self._ceremonies.get(digest)
        if found is None:
            return None
        return Ceremony(digest, Kind(found.kind), found.user_id.strip("-"), found.expires_at, dict(found.details))

    def drop(self, kind: Kind, user_id: str) -> None:
        for found in self._ceremonies.find({"user_id": user_id}):
            if found.kind == kind.value:
                self._ceremonies.delete(found.id)

    def drop_all(self, user_id: str) -> None:
        for found in self._ceremonies.rows({"user_id": user_id}):
            self._ceremonies.delete(found["_id"])


class MongoFactors:
    """The port Factors; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._factors = DocumentCollection(SecondFactorsDocument, session)

    def of(self, user_id: str) -> SecondFactors:
        found = self._factors.get(user_id)
        if found is None:
            return SecondFactors(user_id)
        return SecondFactors(
            user_id,
            found.version,
            _totp(found.totp) if found.totp else None,
            tuple(_passkey(passkey) for passkey in found.passkeys),
            tuple(found.recovery),
        )

    def save(self, factors: SecondFactors) -> None:
        document = SecondFactorsDocument(
            id=factors.user_id,
            version=factors.version,
            totp=TotpDocument(**asdict(factors.totp)) if factors.totp else None,
            passkeys=[PasskeyDocument(**asdict(passkey)) for passkey in factors.passkeys],
            recovery=list(factors.recovery),
        )
        if factors.version == 1:
            self._factors.insert(document)
        else:
            self._factors.replace(document, expected_version=factors.version - 1)


def _totp(stored: TotpDocument) -> Totp:
    return Totp(stored.id, stored.sealed_secret, stored.created_at, stored.last_step, stored.confirmed, stored.last_used_at)


def _passkey(stored: PasskeyDocument) -> Passkey:
    return Passkey(
        stored.id,
        stored.label,
        stored.credential_id,
        stored.public_key,
        stored.sign_count,
        stored.created_at,
        stored.last_used_at,
    )


class MongoLogins:
    """The port Logins; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._logins = DocumentCollection(LoginDocument, session)

    def add(self, login: Login) -> None:
        self._logins.insert(
            LoginDocument(
                id=login.id,
                user_id=login.user_id,
                at=login.at,
                outcome=login.outcome.value,
                methods=list(login.methods),
                device=login.origin.device,
                address_range=login.origin.address_range,
            )
        )

    def page(self, user_id: str, cursor: str | None, limit: int) -> tuple[list[Login], str | None]:
        found, next_cursor = self._logins.page({"user_id": user_id}, sort=[("_id", DESCENDING)], cursor=cursor, limit=limit)
        return [_login(document) for document in found], next_cursor


def _login(document: LoginDocument) -> Login:
    return Login(
        document.id,
        document.user_id,
        document.at,
        Outcome(document.outcome),
        tuple(document.methods),
        Origin(document.device, document.address_range),
    )


class MongoLinks:
    """The port Links; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._links = DocumentCollection(LinkDocument, session)

    def get(self, provider: str, subject: str) -> Link | None:
        found = self._links.get(link_id(provider, subject))
        return _link(found) if found else None

    def of(self, user_id: str) -> list[Link]:
        return [_link(found) for found in self._links.find({"user_id": user_id})]

    def add(self, link: Link) -> None:
        self._links.insert(
            LinkDocument(
                id=link.id,
                provider=link.provider,
                subject=link.subject,
                user_id=link.user_id,
                linked_at=link.linked_at,
                issuer=link.issuer,
            )
        )

    def remove(self, link: Link) -> None:
        self._links.delete(link.id)


def _link(document: LinkDocument) -> Link:
    return Link(document.provider, document.subject, document.user_id, document.linked_at, document.issuer)
