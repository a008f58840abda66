"""What the staff does to accounts, and who may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest

from chassis.principal import Principal, StepUpRequired
from contracts.admin.events import ActionTaken
from contracts.identity.administration import (
    BanUser,
    GetAccount,
    GrantRole,
    ListAccounts,
    RestoreUser,
    RevokeRole,
    SearchAudit,
    SuspendUser,
)
from contracts.identity.commands import LogIn, RefreshSession
from contracts.identity.events import ProfileUpdated, SessionRevoked, StandingChanged
from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from identity.domain.administration_errors import (
    AccountBanned,
    AccountNotKeptOut,
    AccountSuspended,
    AddressUnproven,
    AdminAppointed,
    BanStands,
    LastRole,
    NotPermitted,
    OnOneself,
    RoleHeld,
    RoleNotHeld,
    StaffProtected,
    SuspensionOver,
)
from identity.domain.errors import RefreshTokenInvalid, UserNotFound
from identity.usecases.administer import AdministerAccount
from identity.usecases.appoint_first_admin import AppointFirstAdminHandler
from identity.usecases.ban_user import BanUserHandler
from identity.usecases.get_account import GetAccountHandler
from identity.usecases.grant_role import GrantRoleHandler
from identity.usecases.list_accounts import ListAccountsHandler
from identity.usecases.record_action import RecordActionHandler
from identity.usecases.restore_user import RestoreUserHandler
from identity.usecases.revoke_role import RevokeRoleHandler
from identity.usecases.search_audit import SearchAuditHandler
from identity.usecases.suspend_user import SuspendUserHandler

WHY = "spam in four chats"


@dataclass
class Staff:
    """The commands of the staff, and people with each of its roles."""

    world: object

    def __post_init__(self):
        administer = AdministerAccount(self.world.unit_of_work, self.world.new_id, self.world.clock.now)
        self.grant, self.revoke = GrantRoleHandler(administer), RevokeRoleHandler(administer)
        self.suspend, self.ban, self.restore = SuspendUserHandler(administer), BanUserHandler(administer), RestoreUserHandler(administer)
        self.appoint = AppointFirstAdminHandler(self.world.unit_of_work, self.world.new_id, self.world.clock.now)

    def __getattr__(self, role) -> Principal:
        number = list(Role).index(Role(role))
        return Principal(f"user_{number:026d}", "session", frozenset({Role(role)}), True, "", self.world.clock.now(), frozenset({"pwd"}))

    def audit(self, **chosen):
        with self.world.unit_of_work() as work:
            return SearchAuditHandler(work.audit)(SearchAudit(**chosen), self.admin).items


@pytest.fixture
def staff(world):
    return Staff(world)


def test_a_role_is_given_and_counts_from_the_next_refresh_on(world, ada, staff):
    view = staff.grant(GrantRole(user_id=ada.id, role="moderator", reason="Joins the team."), staff.admin)
    assert view.roles == (Role.SOLVER, Role.MODERATOR)
    assert world.events(ProfileUpdated)[-1].roles == (Role.SOLVER, Role.MODERATOR)
    assert world.events(SessionRevoked) == []
    with pytest.raises(RoleHeld):
        staff.grant(GrantRole(user_id=ada.id, role="moderator", reason="Again."), staff.admin)
    (entry,) = staff.audit(target=ada.id)
    assert (entry.action, entry.actor_id, entry.reason) == ("roles.granted", staff.admin.user_id, "Joins the team.")
    assert entry.details == {"role": "moderator"}


def test_a_role_taken_away_counts_at_once(world, ada, staff):
    staff.grant(GrantRole(user_id=ada.id, role="finance", reason="Helps out."), staff.admin)
    tokens = world.logged_in()
    view = staff.revoke(RevokeRole(user_id=ada.id, role="finance", reason="Left the team."), staff.admin)
    assert view.roles == (Role.SOLVER,)
    assert [event.reason for event in world.events(SessionRevoked)] == ["role_revoked"]
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    with pytest.raises(RoleNotHeld):
        staff.revoke(RevokeRole(user_id=ada.id, role="finance", reason="Again."), staff.admin)
    with pytest.raises(LastRole):
        staff.revoke(RevokeRole(user_id=ada.id, role="solver", reason="Everything."), staff.admin)


def test_who_is_suspended_is_out_at_once_and_in_again_when_it_is_over(world, ada, staff):
    tokens = world.logged_in()
    until = world.clock.now() + timedelta(days=3)
    view = staff.suspend(SuspendUser(user_id=ada.id, reason=WHY, until=until), staff.moderator)
    assert (view.status, view.status_reason, view.suspended_until) == (AccountStatus.SUSPENDED, WHY, until)
    assert [event.reason for event in world.events(SessionRevoked)] == ["kept_out"]
    assert world.events(StandingChanged)[-1].until == until
    with pytest.raises(AccountSuspended):
        world.logged_in()
    with pytest.raises(RefreshTokenInvalid):
        world.refresh_session(RefreshSession(refresh_token=tokens.refresh_token))
    world.clock.advance(timedelta(days=3))
    assert world.logged_in()
    assert GetAccountHandler(world.accounts, world.clock.now)(GetAccount(user_id=ada.id), staff.support).status is AccountStatus.ACTIVE


def test_a_wrong_password_does_not_tell_that_an_account_is_banned(world, ada, staff):
    staff.ban(BanUser(user_id=ada.id, reason=WHY), staff.admin)
    with pytest.raises(AccountBanned):
        world.logged_in()
    with pytest.raises(Exception, match="Email or password"):
        world.log_in(LogIn(email="ada@example.org", password="wrong"))


def test_a_ban_is_lifted_by_admins_alone(world, ada, staff):
    staff.ban(BanUser(user_id=ada.id, reason=WHY), staff.admin)
    with pytest.raises(BanStands):
        staff.suspend(SuspendUser(user_id=ada.id, reason=WHY), staff.moderator)
    with pytest.raises(NotPermitted):
        staff.restore(RestoreUser(user_id=ada.id, reason="An error."), staff.moderator)
    assert staff.restore(RestoreUser(user_id=ada.id, reason="An error."), staff.admin).status is AccountStatus.ACTIVE
    assert world.logged_in()
    with pytest.raises(AccountNotKeptOut):
        staff.restore(RestoreUser(user_id=ada.id, reason="Again."), staff.admin)
    assert [entry.action for entry in staff.audit()] == ["users.restored", "users.banned"]


def test_a_suspension_ends_in_the_future(world, ada, staff):
    with pytest.raises(SuspensionOver):
        staff.suspend(SuspendUser(user_id=ada.id, reason=WHY, until=world.clock.now()), staff.admin)
    assert staff.audit() == ()


@pytest.mark.parametrize("role", ["challenger", "solver", "expert", "support", "finance"])
def test_others_keep_nobody_out(world, ada, staff, role):
    with pytest.raises(NotPermitted):
        staff.suspend(SuspendUser(user_id=ada.id, reason=WHY), getattr(staff, role))


def test_on_the_staff_act_admins_alone(world, ada, staff):
    staff.grant(GrantRole(user_id=ada.id, role="support", reason="Joins the team."), staff.admin)
    with pytest.raises(StaffProtected):
        staff.suspend(SuspendUser(user_id=ada.id, reason=WHY), staff.moderator)
    staff.suspend(SuspendUser(user_id=ada.id, reason=WHY), staff.admin)


def test_nobody_acts_on_themselves(world, ada, staff):
    oneself = Principal(ada.id, "session", frozenset({Role.ADMIN}), True, "", world.clock.now())
    with pytest.raises(OnOneself):
        staff.revoke(RevokeRole(user_id=ada.id, role="solver", reason="Tired."), oneself)


def test_a_stale_proof_does_not_do(world, ada, staff):
    admin = staff.admin
    world.clock.advance(timedelta(minutes=10))
    with pytest.raises(StepUpRequired):
        staff.ban(BanUser(user_id=ada.id, reason=WHY), admin)
    with pytest.raises(UserNotFound):
        staff.ban(BanUser(user_id="user_" + "7" * 26, reason=WHY), staff.admin)


def test_the_first_admin_is_appointed_once_and_for_a_proven_address(world, ada, staff):
    with pytest.raises(UserNotFound):
        staff.appoint("nobody@example.org")
    with pytest.raises(AddressUnproven):
        staff.appoint("ada@example.org")
    world.verified()
    assert staff.appoint("ADA@example.org") == ada.id
    (entry,) = staff.audit()
    assert (entry.actor_id, entry.action, entry.target) == (None, "roles.granted", ada.id)
    with pytest.raises(AdminAppointed):
        staff.appoint("ada@example.org")


def test_accounts_are_found_by_what_is_known_of_them(world, ada, staff):
    bob = world.registered(email="bob@example.org", roles=["challenger", "solver"])
    staff.suspend(SuspendUser(user_id=bob.id, reason=WHY), staff.admin)

    def found(**chosen):
        return [view.id for view in ListAccountsHandler(world.accounts, world.clock.now)(ListAccounts(**chosen), staff.support).items]

    assert found() == [bob.id, ada.id]
    assert found(email="Bob@Example.org") == found(role="challenger") == found(status="suspended") == [bob.id]
    assert found(status="active") == [ada.id]
    with pytest.raises(NotPermitted):
        ListAccountsHandler(world.accounts, world.clock.now)(ListAccounts(), staff.solver)
    with world.unit_of_work() as work, pytest.raises(NotPermitted):
        SearchAuditHandler(work.audit)(SearchAudit(), staff.support)


def test_what_the_staff_did_elsewhere_stands_in_the_same_log(world, staff):
    taken = ActionTaken(
        action_id="action_01kjbm9s00f0sa0h7vdz3v4v3b",
        service="payments",
        action="dead_letters.discarded",
        target="letter_01kjbm9s00f0sa0h7vdz3v4v3c",
        reason="Settled by hand.",
        actor_id="user_01kjbm9s00f0sa0h7vdz3v4v3d",
        request_id="request-1",
        taken_at=world.clock.now() - timedelta(minutes=5),
    )
    RecordActionHandler(world.unit_of_work)(taken)
    (entry,) = staff.audit(action="dead_letters.discarded")
    assert (entry.id, entry.service, entry.actor_id, entry.target) == (taken.action_id, "payments", taken.actor_id, taken.target)
    assert (entry.performed_at, entry.details) == (taken.taken_at, {"request_id": "request-1"})
