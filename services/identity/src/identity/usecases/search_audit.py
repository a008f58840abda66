"""Look into the audit log."""

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.administration import AuditEntryView, SearchAudit
from contracts.paging import Page
from identity.domain.audit import AuditFilter
from identity.domain.permissions import Permission
from identity.usecases.ports import Audit
from identity.usecases.show import audit_entry_view


@dataclass(frozen=True, slots=True)
class SearchAuditHandler:
    audit: Audit

    def __call__(self, query: SearchAudit, principal: Principal) -> Page[AuditEntryView]:
        """Raises:
        NotPermitted, InvalidCursor.
        """
        Permission.SEE_AUDIT.require(principal.roles)
        chosen = AuditFilter(query.actor_id, query.target, query.action, query.since, query.before)
        entries, next_cursor = self.audit.page(chosen, query.cursor, query.limit)
        return Page(items=tuple(audit_entry_view(entry) for entry in entries), next_cursor=next_cursor)
