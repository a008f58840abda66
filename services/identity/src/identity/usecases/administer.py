"""How the staff changes an account: allowed, fresh, with a reason, and in the audit log in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.administration import AdminAccountView
from identity.domain.account import Account
from identity.domain.audit import AuditEntry
from identity.domain.errors import UserNotFound
from identity.domain.permissions import Permission, require_power_over
from identity.domain.session import RevokeReason
from identity.usecases.end_sessions import end_sessions
from identity.usecases.end_tokens import end_tokens_of, end_tokens_of_their_organisations
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import admin_account_view, profile_updated, standing_changed


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an account, by what name it goes into the audit log, and why its sessions end, if they do."""

    account: Account
    action: str
    details: Mapping[str, str]
    ends_sessions: RevokeReason | None = None


@dataclass(frozen=True, slots=True)
class AdministerAccount:
    """What all commands of the staff on an account have in common."""

    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(
        self, principal: Principal, permission: Permission, user_id: str, reason: str, change: Callable[[Account, datetime], Change]
    ) -> AdminAccountView:
        """Raises:
        NotPermitted, StepUpRequired, UserNotFound, OnOneself, StaffProtected, and what `change` raises.
        """
        at = self.now()
        permission.require(principal.roles)
        principal.require_fresh(at)
        with self.unit_of_work() as work:
            account = work.accounts.get(user_id)
            if account is None:
                raise UserNotFound
            require_power_over(principal.user_id, principal.roles, account.id, frozenset(account.roles))
            made = change(account, at)
            work.accounts.save(made.account)
            self._tell(work, account, made.account, reason)
            if made.ends_sessions:
                end_sessions(work, user_id, made.ends_sessions, at)
                end_tokens_of(work, user_id, made.ends_sessions, self.new_id)
                end_tokens_of_their_organisations(work, user_id, made.ends_sessions, at, self.new_id)
            entry_id = self.new_id("action")
            work.audit.append(AuditEntry(entry_id, "identity", principal.user_id, made.action, user_id, reason, at, made.details))
            return work.answer(admin_account_view(made.account, at))

    def _tell(self, work: UnitOfWork, before: Account, after: Account, reason: str) -> None:
        if after.roles != before.roles:
            work.emit(profile_updated(after))
        if after.standing != before.standing:
            work.emit(standing_changed(after, reason))
