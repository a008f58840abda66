"""Where the adapters and use cases of people's data as a whole meet."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.key_ring import rpc_caller
from chassis.privacy.keeping import Keeper
from chassis.wiring import Resources
from identity.adapters.accounts import MongoAccounts
from identity.adapters.personal_data import personal_data
from identity.adapters.privacy import MongoDeletions, MongoExports, ServicesByRpc
from identity.adapters.sessions import MongoSessions
from identity.adapters.showcase import MongoShowcases
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.confirm_erasure import ConfirmErasureHandler
from identity.usecases.get_deletion import GetDeletionHandler
from identity.usecases.get_export import GetExportHandler
from identity.usecases.get_person_key import GetPersonKeyHandler
from identity.usecases.list_deletions import ListDeletionsHandler
from identity.usecases.make_exports import MakeExportsHandler
from identity.usecases.request_deletion import RequestDeletionHandler
from identity.usecases.request_export import RequestExportHandler
from identity.wiring import object_store, person_keys, signed_tokens


@dataclass(frozen=True, slots=True)
class PrivacyUseCases:
    """Copies of people's data, and its end."""

    request_deletion: RequestDeletionHandler
    get_deletion: GetDeletionHandler
    list_deletions: ListDeletionsHandler
    confirm_erasure: ConfirmErasureHandler
    request_export: RequestExportHandler
    get_export: GetExportHandler
    make_exports: MakeExportsHandler
    get_person_key: GetPersonKeyHandler


def build_privacy(resources: Resources[Settings]) -> PrivacyUseCases:
    store, settings, keys = resources.store, resources.settings, person_keys(resources)
    now, new_id, tokens, files = resources.clock.now, resources.new_id, signed_tokens(settings), object_store(settings)
    services = ServicesByRpc(rpc_caller(resources))

    def begin() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    return PrivacyUseCases(
        request_deletion=RequestDeletionHandler(begin, services, tokens, new_id, now),
        get_deletion=GetDeletionHandler(MongoDeletions()),
        list_deletions=ListDeletionsHandler(MongoDeletions()),
        confirm_erasure=ConfirmErasureHandler(begin),
        request_export=RequestExportHandler(begin, new_id, now),
        get_export=GetExportHandler(MongoExports(), files, now),
        make_exports=MakeExportsHandler(
            begin, MongoExports(), MongoAccounts(keys), MongoSessions(), MongoShowcases(keys), services, files, tokens, now
        ),
        get_person_key=GetPersonKeyHandler(keys.wrapped),
    )


def build_keeper(resources: Resources[Settings]) -> Keeper:
    return personal_data(resources.store, person_keys(resources), resources.clock.now)
