"""Make somebody the first admin: an operator's command, since there is nobody yet who could grant the role."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.roles import Role
from identity.domain.administration_errors import AddressUnproven, AdminAppointed
from identity.domain.audit import AuditEntry
from identity.domain.errors import UserNotFound
from identity.usecases.ports import UnitOfWork
from identity.usecases.show import profile_updated


@dataclass(frozen=True, slots=True)
class AppointFirstAdminHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, email: str) -> str:
        """The id of the account that is an admin from its next refresh on.

        Raises:
            AdminAppointed: there is one.
            UserNotFound: nobody has registered with this address.
            AddressUnproven: somebody has, but it may be somebody else's.
        """
        at = self.now()
        with self.unit_of_work() as work:
            if work.accounts.any_with(Role.ADMIN):
                raise AdminAppointed
            account = work.accounts.by_email(email)
            if account is None:
                raise UserNotFound
            if not account.email_verified:
                raise AddressUnproven
            admin = account.with_role(Role.ADMIN)
            work.accounts.save(admin)
            work.emit(profile_updated(admin))
            reason = "The first admin, appointed by an operator."
            details = {"role": Role.ADMIN.value}
            work.audit.append(AuditEntry(self.new_id("action"), "identity", None, "roles.granted", admin.id, reason, at, details))
        return admin.id
