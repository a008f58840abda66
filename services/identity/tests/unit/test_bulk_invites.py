"""Inviting many: row by row, once each, whoever dies in between."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from organisation_fakes import FakeBulkInvites

from chassis.documents import StaleVersion
from chassis.principal import PersonRequired, Principal
from contracts.identity.events import BulkInviteFinished, InvitationSent
from contracts.identity.organisation_views import BulkInviteStatus, OrganisationRole, RowOutcome
from contracts.identity.organisations import (
    CreateOrganisation,
    GetBulkInvite,
    InviteMember,
    ListBulkInviteRows,
    RevokeInvitation,
    StartBulkInvite,
)
from identity.domain.bulk_invite import read_csv
from identity.domain.credential import Credential, KeptSecret, Kind
from identity.domain.organisation_errors import BulkInviteNotFound, OrganisationNotFound, RowsUnreadable, TooManyBulkInvites
from identity.domain.standing import GOOD
from identity.usecases.create_organisation import CreateOrganisationHandler
from identity.usecases.get_bulk_invite import GetBulkInviteHandler
from identity.usecases.go_on_with_bulk_invites import GoOnWithBulkInvitesHandler
from identity.usecases.invite_member import InviteMemberHandler
from identity.usecases.list_bulk_invite_rows import ListBulkInviteRowsHandler
from identity.usecases.revoke_invitation import RevokeInvitationHandler
from identity.usecases.send_invitation import SendInvitation
from identity.usecases.start_bulk_invite import StartBulkInviteHandler

CSV = "Email, Role\r\nann@example.org,admin\r\nno address,member\r\nANN@example.org,\r\nbob@example.org,\r\nada@example.org,member\r\n"


@pytest.fixture
def owner(world, ada):
    world.verified()
    return world.as_principal(ada.id)


@pytest.fixture
def acme(world, owner):
    return CreateOrganisationHandler(world.unit_of_work, world.new_id, world.clock.now)(CreateOrganisation(name="Acme"), owner).id


@pytest.fixture
def start(world, acme, owner):
    handler = StartBulkInviteHandler(world.unit_of_work, world.new_id, world.clock.now)
    return lambda by=owner, **told: handler(StartBulkInvite(organisation_id=acme, **told), by)


@pytest.fixture
def go_on(world):
    class Jobs:
        def running(self, limit):
            with world.unit_of_work() as work:
                return work.bulk_invites.running(limit)

    send = SendInvitation(world.attempts, world.tokens, world.new_id)
    return GoOnWithBulkInvitesHandler(world.unit_of_work, Jobs(), send, lambda work: work(), world.clock.now)


def outcomes(world, acme, job, owner):
    page = ListBulkInviteRowsHandler(world.unit_of_work)(ListBulkInviteRows(organisation_id=acme, bulkinvite_id=job.id), owner)
    return [(row.email, row.outcome.value) for row in page.items]


def test_each_row_ends_with_what_became_of_it(world, acme, owner, start, go_on):
    InviteMemberHandler(world.unit_of_work, SendInvitation(world.attempts, world.tokens, world.new_id), world.clock.now)(
        InviteMember(organisation_id=acme, email="bob@example.org"), owner
    )
    job = start(csv=CSV)
    assert (job.status, job.total, job.done) == (BulkInviteStatus.RUNNING, 5, 0)
    go_on()
    assert outcomes(world, acme, job, owner) == [
        ("ann@example.org", "invited"),
        ("no address", "invalid"),
        ("ANN@example.org", "repeated"),
        ("bob@example.org", "invited_before"),
        ("ada@example.org", "member_already"),
    ]
    shown = GetBulkInviteHandler(world.unit_of_work)(GetBulkInvite(organisation_id=acme, bulkinvite_id=job.id), owner)
    assert (shown.status, shown.done, shown.counts[RowOutcome.INVITED]) == (BulkInviteStatus.FINISHED, 5, 1)
    assert [(event.invited, event.total) for event in world.events(BulkInviteFinished)] == [(1, 5)]
    assert [event.role.value for event in world.events(InvitationSent)] == ["member", "admin"]


class Killed(BaseException):
    """A process that ends: nothing catches it."""


def test_a_job_that_was_cut_off_goes_on_and_sends_nothing_twice(world, start, go_on, monkeypatch):
    start(rows=[{"email": f"p{number}@example.org"} for number in range(30)])
    tokens, new = iter(range(100)), world.tokens.new

    def dies():
        if next(tokens) == 7:
            raise Killed
        return new()

    monkeypatch.setattr(world.tokens, "new", dies)
    with pytest.raises(Killed):
        go_on()
    assert len(world.events(InvitationSent)) == 7
    go_on()
    assert len(world.events(InvitationSent)) == 27, "twenty at a time: others have their turn"
    go_on()
    go_on()
    sent = [event.email for event in world.events(InvitationSent)]
    assert sorted(sent) == sorted(f"p{number}@example.org" for number in range(30))
    assert len(world.events(BulkInviteFinished)) == 1


def lost(world, job, *numbers):
    """Rows that go while they wait: whose addresses they held has left."""
    for number in numbers:
        del world.memory.organised.job_rows[f"{job.id} {number:05d}"]


def test_a_job_whose_last_rows_are_gone_ends(world, acme, owner, start, go_on):
    job = start(rows=[{"email": f"p{number}@example.org"} for number in (1, 2)])
    lost(world, job, 2)
    go_on()
    shown = GetBulkInviteHandler(world.unit_of_work)(GetBulkInvite(organisation_id=acme, bulkinvite_id=job.id), owner)
    assert (shown.status, shown.done, shown.total) == (BulkInviteStatus.FINISHED, 1, 2)
    go_on()
    assert [(event.invited, event.total) for event in world.events(BulkInviteFinished)] == [(1, 2)]


def other_organisations(world, owner, number):
    create = CreateOrganisationHandler(world.unit_of_work, world.new_id, world.clock.now)
    begin = StartBulkInviteHandler(world.unit_of_work, world.new_id, world.clock.now)
    found = [create(CreateOrganisation(name=f"Other {one}"), owner).id for one in range(number)]
    return [begin(StartBulkInvite(organisation_id=one, rows=[{"email": f"{one}@example.org"}] * 30), owner) for one in found]


def test_jobs_that_fail_hold_up_nobody(world, owner, go_on, start, monkeypatch):
    """Five that fail each time, and a sixth."""
    stuck = {job.id for job in other_organisations(world, owner, 5)}
    job, next_row = start(rows=[{"email": "x@example.org"}]), FakeBulkInvites.next_row

    def failing(rows, job_id):
        if job_id in stuck:
            raise RuntimeError("a row that nobody can read")
        return next_row(rows, job_id)

    monkeypatch.setattr(FakeBulkInvites, "next_row", failing)
    for _ in range(2):
        world.clock.advance(timedelta(seconds=1))
        go_on()
    assert [event.bulkinvite_id for event in world.events(BulkInviteFinished)] == [job.id]


def test_everybody_has_their_turn_however_much_the_others_want(world, owner, start, go_on):
    other_organisations(world, owner, 5)
    job = start(rows=[{"email": "x@example.org"}])
    for _ in range(2):
        world.clock.advance(timedelta(seconds=1))
        go_on()
    assert [event.bulkinvite_id for event in world.events(BulkInviteFinished)][:1] == [job.id]


def test_an_organisation_runs_three_jobs_at_a_time(start, go_on):
    for number in range(3):
        start(rows=[{"email": f"p{number}@example.org"}])
    with pytest.raises(TooManyBulkInvites):
        start(rows=[{"email": "x@example.org"}])
    go_on()
    start(rows=[{"email": "x@example.org"}])


def banned(world, user_id):
    world.memory.accounts[user_id] = replace(world.memory.accounts[user_id], standing=GOOD.banned("spam"))


def suspended(world, user_id):
    standing = GOOD.suspended("spam", world.clock.now() + timedelta(days=1), world.clock.now())
    world.memory.accounts[user_id] = replace(world.memory.accounts[user_id], standing=standing)


def removed(world, user_id):
    members = world.memory.organised.members
    for key in [key for key, member in members.items() if member.user_id == user_id]:
        del members[key]


def demoted(world, user_id):
    members = world.memory.organised.members
    for key, member in list(members.items()):
        if member.user_id == user_id:
            members[key] = member.as_role(OrganisationRole.MEMBER)


@pytest.mark.parametrize("what", [banned, suspended, removed, demoted])
def test_a_job_sends_nothing_for_who_may_not_invite_any_more(world, owner, start, go_on, what):
    job = start(rows=[{"email": "x@example.org"}, {"email": "y@example.org"}])
    what(world, owner.user_id)
    go_on()
    assert world.events(InvitationSent) == []
    assert world.memory.organised.jobs[job.id].counts == {"invalid": 2}


def test_a_programs_job_ends_with_the_program(world, acme, start, go_on):
    program = Principal("client_1", "session", frozenset(), False, "token", machine=True, organisation_id=acme)
    secret = KeptSecret("digest", "oc_", world.clock.now(), world.clock.now() + timedelta(days=90))
    client = Credential("client_1", 1, Kind.CLIENT, acme, "user_1", "Import", (), (secret,), "session_1", world.clock.now())
    world.memory.organised.credentials["client_1"] = client
    start(by=program, rows=[{"email": "x@example.org"}])
    go_on()
    assert len(world.events(InvitationSent)) == 1
    start(by=program, rows=[{"email": "y@example.org"}])
    world.memory.organised.credentials["client_1"] = replace(client, revoked_at=world.clock.now())
    go_on()
    assert len(world.events(InvitationSent)) == 1


def test_an_address_is_sent_three_invitations_however_they_are_asked_for(world, acme, owner, start, go_on):
    for _ in range(4):
        job = start(rows=[{"email": "bob@example.org"}])
        go_on()
        with world.unit_of_work() as work:
            waiting = work.invitations.pending(acme, "bob@example.org")
        if waiting is not None:
            RevokeInvitationHandler(world.unit_of_work)(RevokeInvitation(organisation_id=acme, invitation_id=waiting.id), owner)
    assert len(world.events(InvitationSent)) == 3
    assert outcomes(world, acme, job, owner) == [("bob@example.org", "invalid")]
    world.clock.advance(timedelta(minutes=15))
    job = start(rows=[{"email": "bob@example.org"}])
    go_on()
    assert outcomes(world, acme, job, owner) == [("bob@example.org", "invited")]


def test_a_lost_race_does_not_count(world, start, go_on, monkeypatch):
    """Of replicas that do one row together, one sends the invitation: the others must not use up what the address may be sent."""
    start(rows=[{"email": "bob@example.org"}])
    keep_row = FakeBulkInvites.keep_row

    def overtaken(rows, row):
        raise StaleVersion

    monkeypatch.setattr(FakeBulkInvites, "keep_row", overtaken)
    for _ in range(4):
        go_on()
    monkeypatch.setattr(FakeBulkInvites, "keep_row", keep_row)
    go_on()
    assert [event.email for event in world.events(InvitationSent)] == ["bob@example.org"]


def test_owners_are_invited_one_by_one(world, acme, owner, start, go_on):
    job = start(rows=[{"email": "x@example.org", "role": "owner"}, {"email": "y@example.org", "role": "boss"}])
    go_on()
    assert [outcome for _, outcome in outcomes(world, acme, job, owner)] == ["invalid", "invalid"]
    assert world.events(InvitationSent) == []


def test_keys_and_programs_invite_many_members_and_nobody_else(world, acme, owner, start, go_on):
    key = replace(owner, scopes=frozenset({"organisations:write"}))
    for by in (key, replace(key, user_id="client_1", machine=True, organisation_id=acme)):
        for told in ({"csv": CSV}, {"rows": [{"email": "x@example.org"}, {"email": "y@example.org", "role": "owner"}]}):
            with pytest.raises(PersonRequired):
                start(by=by, **told)
        assert start(by=by, rows=[{"email": "x@example.org"}])
    go_on()
    assert [event.role.value for event in world.events(InvitationSent)] == ["member"]


def test_a_job_is_its_organisations_alone(world, acme, owner, start):
    job = start(rows=[{"email": "x@example.org"}])
    bob = world.registered(email="bob@example.org")
    world.verified()
    stranger = world.as_principal(bob.id)
    with pytest.raises(OrganisationNotFound):
        start(by=stranger, rows=[{"email": "x@example.org"}])
    other = CreateOrganisationHandler(world.unit_of_work, world.new_id, world.clock.now)(CreateOrganisation(name="Other"), stranger).id
    for handler, query in ((GetBulkInviteHandler, GetBulkInvite), (ListBulkInviteRowsHandler, ListBulkInviteRows)):
        with pytest.raises(BulkInviteNotFound):
            handler(world.unit_of_work)(query(organisation_id=other, bulkinvite_id=job.id), stranger)


@pytest.mark.parametrize(
    "text",
    ["", "name\nann", "email\n", "email,role\na@b.example,member,extra", 'email\n"open', "email\n" + "a@b.example\n" * 2001],
    ids=["nothing", "heading", "no rows", "too many cells", "quotes", "too many rows"],
)
def test_a_csv_that_cannot_be_read_is_refused_whole(text):
    with pytest.raises(RowsUnreadable):
        read_csv(text)


def test_rows_or_csv_are_given_not_both(acme):
    for told in ({}, {"csv": "email\na@b.example", "rows": [{"email": "a@b.example"}]}):
        with pytest.raises(ValueError, match="either rows or csv"):
            StartBulkInvite(organisation_id=acme, **told)
