"""System settings and feature flags in MongoDB."""

from __future__ import annotations

from typing import Any, ClassVar

from mongoengine import BooleanField, DynamicField, IntField, ListField, StringField
from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from chassis.documents import DocumentCollection, StaleVersion, VersionedDocument
from contracts.identity.flags import FEATURES
from contracts.identity.roles import Role
from identity.domain.configuration import DEFINITIONS, Flag, Setting


class SettingDocument(VersionedDocument):
    """The id is the name. Settings that were never changed are not here."""

    value = DynamicField(required=True)

    meta: ClassVar[dict[str, Any]] = {"collection": "system_settings"}


class FlagDocument(VersionedDocument):
    """The id is the name."""

    description = StringField(required=True)
    enabled = BooleanField(required=True)
    percentage = IntField(required=True)
    roles = ListField(StringField())
    user_ids = ListField(StringField())

    meta: ClassVar[dict[str, Any]] = {"collection": "feature_flags"}


class MongoConfiguration:
    """The port Configuration; without a session for reads outside a transaction."""

    def __init__(self, session: ClientSession | None = None) -> None:
        self._settings = DocumentCollection(SettingDocument, session)
        self._flags = DocumentCollection(FlagDocument, session)

    def setting(self, name: str) -> Setting:
        initial = Setting.initial(name)
        document = self._settings.get(name)
        return Setting(name, document.value, document.version) if document else initial

    def settings(self) -> list[Setting]:
        kept = {document.id: Setting(document.id, document.value, document.version) for document in self._settings.find({})}
        return [kept.get(name) or Setting.initial(name) for name in sorted(DEFINITIONS)]

    def keep_setting(self, setting: Setting) -> None:
        _keep(self._settings, SettingDocument(id=setting.name, version=setting.version, value=setting.value))

    def flag(self, name: str) -> Flag | None:
        document = self._flags.get(name)
        return _flag(document) if document else Flag.initial(name)

    def flags(self) -> list[Flag]:
        kept = {document.id: _flag(document) for document in self._flags.find({})}
        unset = {name: flag for name in FEATURES if (flag := Flag.initial(name))}
        return [flag for _, flag in sorted((unset | kept).items())]

    def keep_flag(self, flag: Flag) -> None:
        document = FlagDocument(
            id=flag.name,
            version=flag.version,
            description=flag.description,
            enabled=flag.enabled,
            percentage=flag.percentage,
            roles=[role.value for role in flag.roles],
            user_ids=list(flag.user_ids),
        )
        _keep(self._flags, document)


def _keep(collection: DocumentCollection[Any], document: VersionedDocument) -> None:
    """Raises: StaleVersion."""
    if document.version > 1:
        collection.replace(document, expected_version=document.version - 1)
        return
    try:
        collection.insert(document)
    except DuplicateKeyError as error:
        raise StaleVersion from error


def _flag(document: FlagDocument) -> Flag:
    return Flag(
        name=document.id,
        version=document.version,
        description=document.description,
        enabled=document.enabled,
        percentage=document.percentage,
        roles=tuple(Role(role) for role in document.roles),
        user_ids=tuple(document.user_ids),
    )
