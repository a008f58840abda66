"""List an organisation's members."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.identity.organisation_views import MemberPage
from contracts.identity.organisations import ListMembers
from identity.usecases.membership import role_in
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_organisation import member_view


@dataclass(frozen=True, slots=True)
class ListMembersHandler:
    unit_of_work: Callable[[], UnitOfWork]

    def __call__(self, query: ListMembers, principal: Principal) -> MemberPage:
        """Raises:
        OrganisationNotFound, InvalidCursor.
        """
        with self.unit_of_work() as work:
            role_in(work, query.organisation_id, principal)
            members, next_cursor = work.members.page(query.organisation_id, query.cursor, query.limit)
            accounts = {member.user_id: work.accounts.get(member.user_id) for member in members}
            names = {user_id: account.profile.display_name if account else "" for user_id, account in accounts.items()}
            return MemberPage(items=tuple(member_view(member, names[member.user_id]) for member in members), next_cursor=next_cursor)
