"""Showcases, uploads and what is to be removed in MongoDB. What a person shows is encrypted with their key."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from mongoengine import DateTimeField, StringField
from pydantic import TypeAdapter
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection, StaleVersion, VersionedDocument
from contracts.identity.showcase import FilePurpose
from identity.adapters.person_keys import MongoPersonKeys
from identity.domain.showcase import Showcase, StoredFile, Upload

_SHOWCASE, _FILE = TypeAdapter(Showcase), TypeAdapter(StoredFile)
_ANSWER_KEPT = timedelta(hours=24)  # who lost the answer of a completed upload may ask again for so long


class ShowcaseDocument(VersionedDocument):
    """The id is the account's. `sealed` is JSON, encrypted with the person's key."""

    sealed = StringField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "showcases"}


class UploadDocument(VersionedDocument):
    """`ends_at` is when it expires, or once completed when its answer is forgotten."""

    user_id = StringField(required=True)
    purpose = StringField(required=True)
    media_type = StringField(required=True)
    sealed_name = StringField(required=True)
    expires_at = DateTimeField(required=True)
    ends_at = DateTimeField(required=True)
    sealed_file = StringField()

    meta: ClassVar[dict[str, Any]] = {"collection": "uploads"}


class RemovalDocument(VersionedDocument):
    """The id is the object's key."""

    owner = StringField(required=True)
    since = DateTimeField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "file_removals"}


class MongoShowcases:
    """The port Showcases; without a session for reads outside a transaction."""

    def __init__(self, keys: MongoPersonKeys, session: ClientSession | None = None) -> None:
        self._keys, self._session = keys, session
        self._rows = DocumentCollection(ShowcaseDocument, session)

    def of(self, user_id: str) -> Showcase:
        row = self._rows.get(user_id)
        key = self._keys.of(user_id, self._session) if row else None
        return _SHOWCASE.validate_json(key.open(row.sealed)) if row and key else Showcase(user_id)

    def save(self, showcase: Showcase) -> None:
        if self._session is None:
            raise RuntimeError("showcases are written in a unit of work")
        sealed = self._keys.made(showcase.user_id, self._session).seal(_SHOWCASE.dump_json(showcase).decode())
        row = ShowcaseDocument(id=showcase.user_id, version=showcase.version, sealed=sealed)
        if showcase.version > 1:
            self._rows.replace(row, expected_version=showcase.version - 1)
            return
        try:
            self._rows.insert(row)
        except DuplicateKeyError as error:
            raise StaleVersion from error

    def remove(self, user_id: str) -> None:
        self._rows.delete(user_id)


class MongoUploads:
    """The port Uploads; without a session for reads outside a transaction."""

    def __init__(self, keys: MongoPersonKeys, session: ClientSession | None = None) -> None:
        self._keys, self._session = keys, session
        self._rows = DocumentCollection(UploadDocument, session)

    def get(self, upload_id: str) -> Upload | None:
        row = self._rows.get(upload_id)
        return self._upload(row) if row else None

    def add(self, upload: Upload) -> None:
        self._rows.insert(self._document(upload))

    def save(self, upload: Upload) -> None:
        self._rows.replace(self._document(upload), expected_version=upload.version - 1)

    def remove(self, upload_id: str) -> None:
        self._rows.delete(upload_id)

    def count_open(self, user_id: str, at: datetime) -> int:
        return sum(row.sealed_file is None and row.expires_at > at for row in self._rows.find({"user_id": user_id}))

    def expired(self, at: datetime, limit: int) -> list[Upload]:
        return [self._upload(row) for row in self._rows.find({"ends_at": {"$lte": at}}, limit=limit)]

    def of(self, user_id: str) -> list[Upload]:
        return [self._upload(row) for row in self._rows.find({"user_id": user_id})]

    def _upload(self, row: UploadDocument) -> Upload:
        key = self._keys.of(row.user_id, self._session)
        return Upload(
            id=row.id,
            version=row.version,
            user_id=row.user_id,
            purpose=FilePurpose(row.purpose),
            media_type=row.media_type,
            name=key.open(row.sealed_name) if key else "",
            expires_at=row.expires_at,
            file=_FILE.validate_json(key.open(row.sealed_file)) if key and row.sealed_file else None,
        )

    def _document(self, upload: Upload) -> UploadDocument:
        if self._session is None:
            raise RuntimeError("uploads are written in a unit of work")
        key = self._keys.made(upload.user_id, self._session)
        return UploadDocument(
            id=upload.id,
            version=upload.version,
            user_id=upload.user_id,
            purpose=upload.purpose.value,
            media_type=upload.media_type,
            sealed_name=key.seal(upload.name),
            expires_at=upload.expires_at,
            ends_at=upload.expires_at + _ANSWER_KEPT if upload.file else upload.expires_at,
            sealed_file=key.seal(_FILE.dump_json(upload.file).decode()) if upload.file else None,
        )


class MongoRemovals:
    """The port Removals; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._rows = DocumentCollection(RemovalDocument, session)

    def add(self, keys: tuple[str, ...], at: datetime, owner: str) -> None:
        for key in keys:
            if self._rows.get(key) is None:
                self._rows.insert(RemovalDocument(id=key, version=1, owner=owner, since=at))

    def waiting(self, limit: int) -> list[str]:
        return [row.id for row in self._rows.find({}, limit=limit)]

    def waiting_of(self, owner: str) -> bool:
        return bool(self._rows.find({"owner": owner}, limit=1))

    def done(self, key: str) -> None:
        self._rows.delete(key)
