"""How the staff's view of accounts and the audit log are kept: the fake and MongoDB pass one suite."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contracts.identity.roles import Role
from contracts.identity.standing import AccountStatus
from identity.domain.account import Account, AccountFilter, Profile
from identity.domain.audit import AuditEntry, AuditFilter
from identity.domain.session import RevokeReason, Session
from identity.domain.standing import Standing

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
PROFILE = Profile("Ada", "UTC", "en")
ADA = Account("user_1", 1, "Ada@example.org", True, "hash", (Role.SOLVER, Role.ADMIN), PROFILE, NOW)
BOB = Account("user_2", 1, "bob@example.org", True, "hash", (Role.SOLVER,), PROFILE, NOW)
KEPT_OUT = Standing(AccountStatus.SUSPENDED, "spam", NOW + timedelta(days=1))


@pytest.fixture
def people(storage):
    with storage.unit_of_work() as work:
        work.accounts.add(ADA)
        work.accounts.add(BOB)
    with storage.unit_of_work() as work:
        work.accounts.save(BOB.with_standing(KEPT_OUT))


def ids(page):
    return [row.id for row in page[0]]


def test_accounts_are_found_by_role_status_and_address(storage, people):
    with storage.unit_of_work() as work:
        assert work.accounts.get(BOB.id).standing == KEPT_OUT
        assert ids(work.accounts.page(AccountFilter(), None, 10)) == [BOB.id, ADA.id]
        assert ids(work.accounts.page(AccountFilter(role=Role.ADMIN), None, 10)) == [ADA.id]
        assert ids(work.accounts.page(AccountFilter(status=AccountStatus.SUSPENDED), None, 10)) == [BOB.id]
        assert ids(work.accounts.page(AccountFilter(status=AccountStatus.ACTIVE, role=Role.SOLVER), None, 10)) == [ADA.id]
        assert ids(work.accounts.page(AccountFilter(email="ADA@example.org"), None, 10)) == [ADA.id]
        first, cursor = work.accounts.page(AccountFilter(), None, 1)
        second, end = work.accounts.page(AccountFilter(), cursor, 1)
        assert ([row.id for row in first], [row.id for row in second], end) == ([BOB.id], [ADA.id], None)
        assert work.accounts.any_with(Role.ADMIN)
        assert not work.accounts.any_with(Role.FINANCE)


def test_the_audit_log_is_searched_by_each_of_its_fields(storage):
    entries = [
        AuditEntry(f"action_{n}", "identity", f"user_{n % 2}", action, f"user_{n}", "why", NOW + timedelta(hours=n), {"n": str(n)})
        for n, action in enumerate(["users.banned", "roles.granted", "users.banned", "roles.revoked"])
    ]
    for entry in entries:
        with storage.unit_of_work() as work:
            work.audit.append(entry)
    with storage.unit_of_work() as work:
        assert work.audit.page(AuditFilter(), None, 10) == (entries[::-1], None)
        assert ids(work.audit.page(AuditFilter(actor_id="user_0"), None, 10)) == ["action_2", "action_0"]
        assert ids(work.audit.page(AuditFilter(action="users.banned"), None, 10)) == ["action_2", "action_0"]
        assert ids(work.audit.page(AuditFilter(target="user_3"), None, 10)) == ["action_3"]
        since, before = NOW + timedelta(hours=1), NOW + timedelta(hours=3)
        assert ids(work.audit.page(AuditFilter(since=since, before=before), None, 10)) == ["action_2", "action_1"]
        first, cursor = work.audit.page(AuditFilter(), None, 3)
        assert ids(work.audit.page(AuditFilter(), cursor, 3)) == ["action_0"]
        assert len(first) == 3


def test_the_live_sessions_of_a_person_are_found(storage):
    live, over, other = (Session.begin(f"session_{n}", user, NOW) for n, user in enumerate(["user_1", "user_1", "user_2"]))
    with storage.unit_of_work() as work:
        for session in (live, over, other):
            work.sessions.add(session)
    with storage.unit_of_work() as work:
        work.sessions.save(over.revoked(RevokeReason.KEPT_OUT, NOW))
    with storage.unit_of_work() as work:
        assert work.sessions.live_of("user_1", NOW) == [live]
