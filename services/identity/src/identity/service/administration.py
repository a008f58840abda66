"""What identity answers to the staff: one line an entrypoint, no rule lives here."""

from chassis.entrypoints import UseCasesProvider, on_event, rpc
from chassis.principal import Principal
from contracts.admin.events import ActionTaken
from contracts.identity.administration import (
    AdminAccountView,
    AuditEntryView,
    BanUser,
    GetAccount,
    GrantRole,
    ListAccounts,
    RestoreUser,
    RevokeRole,
    SearchAudit,
    SuspendUser,
)
from contracts.paging import Page
from identity.wiring_administration import AdministrationUseCases, build_administration


class AdministrationService:
    """Accounts, roles, suspensions and the audit log."""

    name = "administration"
    use_cases: AdministrationUseCases = UseCasesProvider(build_administration)

    @rpc
    def grant_role(self, command: GrantRole, principal: Principal) -> AdminAccountView:
        return self.use_cases.grant_role(command, principal)

    @rpc
    def revoke_role(self, command: RevokeRole, principal: Principal) -> AdminAccountView:
        return self.use_cases.revoke_role(command, principal)

    @rpc
    def suspend_user(self, command: SuspendUser, principal: Principal) -> AdminAccountView:
        return self.use_cases.suspend_user(command, principal)

    @rpc
    def ban_user(self, command: BanUser, principal: Principal) -> AdminAccountView:
        return self.use_cases.ban_user(command, principal)

    @rpc
    def restore_user(self, command: RestoreUser, principal: Principal) -> AdminAccountView:
        return self.use_cases.restore_user(command, principal)

    @rpc
    def get_account(self, query: GetAccount, principal: Principal) -> AdminAccountView:
        return self.use_cases.get_account(query, principal)

    @rpc
    def list_accounts(self, query: ListAccounts, principal: Principal) -> Page[AdminAccountView]:
        return self.use_cases.list_accounts(query, principal)

    @rpc
    def search_audit(self, query: SearchAudit, principal: Principal) -> Page[AuditEntryView]:
        return self.use_cases.search_audit(query, principal)

    @on_event
    def on_action_taken(self, event: ActionTaken) -> None:
        self.use_cases.record_action(event)
