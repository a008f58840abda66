"""Inviting many: row by row, once each, whoever dies in between."""

from __future__ import annotations

import pytest

from contracts.identity.events import BulkInviteFinished, InvitationSent
from contracts.identity.organisation_views import BulkInviteStatus, RowOutcome
from contracts.identity.organisations import (
    CreateOrganisation,
    GetBulkInvite,
    InviteMember,
    ListBulkInviteRows,
    StartBulkInvite,
)
from identity.domain.bulk_invite import read_csv
from identity.domain.organisation_errors import BulkInviteNotFound, OrganisationNotFound, RowsUnreadable
from identity.usecases.create_organisation import CreateOrganisationHandler
from identity.usecases.get_bulk_invite import GetBulkInviteHandler
from identity.usecases.go_on_with_bulk_invites import GoOnWithBulkInvitesHandler
from identity.usecases.invite_member import InviteMemberHandler
from identity.usecases.list_bulk_invite_rows import ListBulkInviteRowsHandler
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

    return GoOnWithBulkInvitesHandler(world.unit_of_work, Jobs(), SendInvitation(world.tokens, world.new_id), world.clock.now)


def outcomes(world, acme, job, owner):
    page = ListBulkInviteRowsHandler(world.unit_of_work)(ListBulkInviteRows(organisation_id=acme, bulkinvite_id=job.id), owner)
    return [(row.email, row.outcome.value) for row in page.items]


def test_each_row_ends_with_what_became_of_it(world, acme, owner, start, go_on):
    InviteMemberHandler(world.unit_of_work, world.attempts, SendInvitation(world.tokens, world.new_id), world.clock.now)(
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


def test_a_job_that_was_cut_off_goes_on_and_sends_nothing_twice(world, start, go_on, monkeypatch):
    start(rows=[{"email": f"p{number}@example.org"} for number in range(30)])
    tokens, new = iter(range(100)), world.tokens.new

    def dies():
        if next(tokens) == 7:
            raise ConnectionError("killed")
        return new()

    monkeypatch.setattr(world.tokens, "new", dies)
    with pytest.raises(ConnectionError):
        go_on()
    assert len(world.events(InvitationSent)) == 7
    go_on()
    assert len(world.events(InvitationSent)) == 27, "twenty at a time: others have their turn"
    go_on()
    go_on()
    sent = [event.email for event in world.events(InvitationSent)]
    assert sorted(sent) == sorted(f"p{number}@example.org" for number in range(30))
    assert len(world.events(BulkInviteFinished)) == 1


def test_owners_are_invited_one_by_one(world, acme, owner, start, go_on):
    job = start(rows=[{"email": "x@example.org", "role": "owner"}, {"email": "y@example.org", "role": "boss"}])
    go_on()
    assert [outcome for _, outcome in outcomes(world, acme, job, owner)] == ["invalid", "invalid"]
    assert world.events(InvitationSent) == []


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
