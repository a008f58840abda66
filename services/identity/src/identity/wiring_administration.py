"""Where the adapters and use cases of administration meet."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.wiring import Resources
from identity.adapters.accounts import MongoAccounts
from identity.adapters.audit import MongoAudit
from identity.adapters.configuration import MongoConfiguration
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.settings import Settings
from identity.usecases.administer import AdministerAccount
from identity.usecases.appoint_first_admin import AppointFirstAdminHandler
from identity.usecases.ban_user import BanUserHandler
from identity.usecases.change_setting import ChangeSettingHandler
from identity.usecases.get_account import GetAccountHandler
from identity.usecases.get_client_configuration import GetClientConfigurationHandler
from identity.usecases.grant_role import GrantRoleHandler
from identity.usecases.list_accounts import ListAccountsHandler
from identity.usecases.list_flags import ListFlagsHandler
from identity.usecases.list_settings import ListSettingsHandler
from identity.usecases.record_action import RecordActionHandler
from identity.usecases.restore_user import RestoreUserHandler
from identity.usecases.revoke_role import RevokeRoleHandler
from identity.usecases.search_audit import SearchAuditHandler
from identity.usecases.set_flag import SetFlagHandler
from identity.usecases.suspend_user import SuspendUserHandler
from identity.wiring import person_keys


@dataclass(frozen=True, slots=True)
class AdministrationUseCases:
    """What the staff does."""

    grant_role: GrantRoleHandler
    revoke_role: RevokeRoleHandler
    suspend_user: SuspendUserHandler
    ban_user: BanUserHandler
    restore_user: RestoreUserHandler
    get_account: GetAccountHandler
    list_accounts: ListAccountsHandler
    search_audit: SearchAuditHandler
    record_action: RecordActionHandler
    appoint_first_admin: AppointFirstAdminHandler
    get_client_configuration: GetClientConfigurationHandler
    list_settings: ListSettingsHandler
    change_setting: ChangeSettingHandler
    list_flags: ListFlagsHandler
    set_flag: SetFlagHandler


def build_administration(resources: Resources[Settings]) -> AdministrationUseCases:
    store, now, new_id = resources.store, resources.clock.now, resources.new_id
    keys = person_keys(resources)
    accounts, configuration = MongoAccounts(keys), MongoConfiguration()

    def unit_of_work() -> IdentityUnitOfWork:
        return IdentityUnitOfWork(store, keys)

    administer = AdministerAccount(unit_of_work, new_id, now)
    return AdministrationUseCases(
        grant_role=GrantRoleHandler(administer),
        revoke_role=RevokeRoleHandler(administer),
        suspend_user=SuspendUserHandler(administer),
        ban_user=BanUserHandler(administer),
        restore_user=RestoreUserHandler(administer),
        get_account=GetAccountHandler(accounts, now),
        list_accounts=ListAccountsHandler(accounts, now),
        search_audit=SearchAuditHandler(MongoAudit()),
        record_action=RecordActionHandler(unit_of_work),
        appoint_first_admin=AppointFirstAdminHandler(unit_of_work, new_id, now),
        get_client_configuration=GetClientConfigurationHandler(configuration),
        list_settings=ListSettingsHandler(configuration),
        change_setting=ChangeSettingHandler(unit_of_work, new_id, now),
        list_flags=ListFlagsHandler(configuration),
        set_flag=SetFlagHandler(unit_of_work, new_id, now),
    )
