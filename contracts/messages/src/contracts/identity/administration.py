"""What the staff may ask of identity: accounts, roles, suspensions, the audit log."""

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from contracts.base import Command, Query, ShortText, UtcDatetime, View
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from contracts.ids import ActionId, UserId
from contracts.paging import DEFAULT_LIMIT, Cursor, Limit, Page

ActionName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_.]{1,79}$")]
Filter = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class AdminAccountView(View):
    """An account as the staff sees it."""

    follows_clock: ClassVar[bool] = True  # a suspension ends by itself
    id: UserId
    version: int
    email: str
    email_verified: bool
    display_name: str
    roles: tuple[Role, ...]
    status: AccountStatus
    status_reason: str | None
    suspended_until: UtcDatetime | None
    created_at: UtcDatetime


class AuditEntryView(View):
    """One action of the staff; `actor_id` is null where an operator acted at the machine."""

    id: ActionId
    service: str
    actor_id: UserId | None
    action: str
    target: str
    reason: str | None
    details: dict[str, str]
    performed_at: UtcDatetime


class _OnAccount(Command[AdminAccountView]):
    user_id: UserId
    reason: ShortText


class GrantRole(_OnAccount):
    """Give somebody a role; for admins. It counts from the person's next refresh on."""

    service: ClassVar[str] = "administration"
    role: Role


class RevokeRole(_OnAccount):
    """Take a role away; for admins. The person's sessions end, so that it counts at once."""

    service: ClassVar[str] = "administration"
    role: Role


class SuspendUser(_OnAccount):
    """Keep somebody out until a moment, or until restored; for moderators and admins. Their sessions end at once."""

    service: ClassVar[str] = "administration"
    until: UtcDatetime | None = None


class BanUser(_OnAccount):
    """Keep somebody out for good; for admins. Their sessions end at once."""

    service: ClassVar[str] = "administration"


class RestoreUser(_OnAccount):
    """Let somebody in again; a ban is lifted by admins alone."""

    service: ClassVar[str] = "administration"


class GetAccount(Query[AdminAccountView]):
    """One account; for the staff."""

    service: ClassVar[str] = "administration"
    user_id: UserId


class ListAccounts(Query[Page[AdminAccountView]]):
    """The newest first; for the staff. With `email` the account of that address alone."""

    service: ClassVar[str] = "administration"
    email: Filter | None = None
    role: Role | None = None
    status: AccountStatus | None = None
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT


class SearchAudit(Query[Page[AuditEntryView]]):
    """What the staff of all services did, the latest first; for admins. `since` is included, `before` is not."""

    service: ClassVar[str] = "administration"
    actor_id: UserId | None = None
    target: Filter | None = None
    action: ActionName | None = None
    since: UtcDatetime | None = None
    before: UtcDatetime | None = None
    cursor: Cursor | None = None
    limit: Limit = DEFAULT_LIMIT
