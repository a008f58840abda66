"""API keys and clients in MongoDB."""

from __future__ import annotations

from dataclasses import asdict

from pymongo import DESCENDING
from pymongo.client_session import ClientSession

from chassis.documents import DocumentCollection
from identity.adapters.organisation_documents import CredentialDocument, SecretDocument
from identity.domain.credential import Credential, KeptSecret, Kind


class MongoCredentials:
    """The port Credentials; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(CredentialDocument, session)

    def get(self, credential_id: str) -> Credential | None:
        found = self._rows.get(credential_id)
        return _credential(found) if found else None

    def by_digest(self, digest: str) -> Credential | None:
        found = self._rows.find({"secrets.digest": digest})
        return _credential(found[0]) if found else None

    def of(self, owner_id: str, kind: Kind) -> list[Credential]:
        found = self._rows.find({"owner_id": owner_id}, sort=[("_id", DESCENDING)])
        return [_credential(one) for one in found if one.kind == kind.value]

    def add(self, credential: Credential) -> None:
        self._rows.insert(_document(credential))

    def save(self, credential: Credential) -> None:
        self._rows.replace(_document(credential), expected_version=credential.version - 1)


def _credential(found: CredentialDocument) -> Credential:
    return Credential(
        id=found.id,
        version=found.version,
        kind=Kind(found.kind),
        owner_id=found.owner_id,
        created_by=found.created_by,
        name=found.name,
        scopes=tuple(found.scopes),
        secrets=tuple(KeptSecret(one.digest, one.prefix, one.given_at, one.expires_at) for one in found.secrets),
        session_id=found.session_id,
        created_at=found.created_at,
        last_used_at=found.last_used_at,
        revoked_at=found.revoked_at,
    )


def _document(credential: Credential) -> CredentialDocument:
    return CredentialDocument(
        id=credential.id,
        version=credential.version,
        kind=credential.kind.value,
        owner_id=credential.owner_id,
        created_by=credential.created_by,
        name=credential.name,
        scopes=list(credential.scopes),
        secrets=[SecretDocument(**asdict(secret)) for secret in credential.secrets],
        session_id=credential.session_id,
        created_at=credential.created_at,
        last_used_at=credential.last_used_at,
        revoked_at=credential.revoked_at,
    )
