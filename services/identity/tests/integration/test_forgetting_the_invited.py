"""Addresses that organisations wrote down: they go with whoever has them, and when the invitation is long over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from test_personal_storage import MASTER

from chassis.mongo import Store
from contracts.identity.organisation_views import OrganisationRole
from identity.adapters.bulk_invites import MongoBulkInvites
from identity.adapters.organisations import MongoInvitations
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.organisation import Invitation
from identity.migrations import m0024_addresses_of_the_invited
from identity.usecases.forget_invitations import ForgetInvitationsHandler

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
JOB = BulkInvite("bulkinvite_1", 1, "organisation_1", "user_1", 2, NOW)


def invitation(number: int, email: str, organisation_id: str = "organisation_1") -> Invitation:
    fields = (OrganisationRole.MEMBER, f"digest {number}", "user_1", NOW, NOW + timedelta(days=14))
    return Invitation(f"invitation_{number}", 1, organisation_id, email, *fields)


@pytest.fixture
def begin(store: Store):
    return lambda: IdentityUnitOfWork(store, MongoPersonKeys(store.database, MASTER))


def kept(store: Store) -> dict[str, list[str]]:
    return {name: sorted(row["_id"] for row in store.database[name].find({})) for name in ("invitations", "places", "bulk_invite_rows")}


def test_an_address_is_forgotten_in_whatever_case_and_no_other(store, begin):
    """Databases fold more letters than lower case does: a long s is none."""
    with begin() as work:
        work.invitations.add(invitation(1, "Sam@example.org"))
        work.invitations.add(invitation(2, "sam@EXAMPLE.org", "organisation_2"))
        work.invitations.add(invitation(3, "\u017fam@example.org"))
        work.invitations.add(invitation(4, "not.sam@example.org"))
        emails = ["SAM@example.org", "\u017fam@example.org"]
        work.bulk_invites.add(JOB, [BulkInviteRow(JOB.id, number, email, "member") for number, email in enumerate(emails, 1)])
    with begin() as work:
        work.forget_address("sam@Example.org")
    assert kept(store) == {
        "invitations": ["invitation_3", "invitation_4"],
        "places": ["organisation_1 not.sam@example.org", "organisation_1 \u017fam@example.org"],
        "bulk_invite_rows": ["bulkinvite_1 00002"],
    }


def test_an_invitation_of_the_release_before_is_forgotten_too(store, begin):
    with begin() as work:
        work.invitations.add(invitation(1, "Sam@example.org"))
        work.invitations.add(invitation(2, "kay@example.org"))
    store.database.invitations.update_many({}, {"$unset": {"email_key": True}})
    with begin() as work:
        work.forget_address("sam@example.org")
    assert (kept(store)["invitations"], kept(store)["places"]) == (["invitation_2"], ["organisation_1 kay@example.org"])
    for _ in range(2):
        m0024_addresses_of_the_invited.migrate(store.database)
        assert [row["email_key"] for row in store.database.invitations.find({})] == ["kay@example.org"]


def test_what_is_long_over_goes_and_the_address_can_be_invited_anew(store, begin):
    with begin() as work:
        work.invitations.add(invitation(1, "sam@example.org"))
        work.invitations.add(invitation(2, "kay@example.org"))
        work.invitations.save(invitation(2, "kay@example.org").revoked())
        work.bulk_invites.add(JOB, [BulkInviteRow(JOB.id, number, "sam@example.org", "member") for number in (1, 2)])
    with begin() as work:
        work.bulk_invites.save(JOB.finished(NOW))
    at = NOW
    forget = ForgetInvitationsHandler(begin, MongoInvitations(), MongoBulkInvites(), lambda: at)
    at = NOW + timedelta(days=28, seconds=-1)
    forget()
    assert len(kept(store)["invitations"]) == len(kept(store)["bulk_invite_rows"]) == 2
    at = NOW + timedelta(days=28)
    forget()
    assert kept(store) == {"invitations": [], "places": [], "bulk_invite_rows": []}
    assert store.database.bulk_invites.count_documents({}) == 0
    with begin() as work:
        assert work.invitations.pending("organisation_1", "sam@example.org") is None
        work.invitations.add(invitation(3, "sam@example.org"))


def test_what_was_sent_again_stays(store, begin):
    with begin() as work:
        work.invitations.add(invitation(1, "sam@example.org"))
    again = NOW + timedelta(days=20)
    with begin() as work:
        work.invitations.save(invitation(1, "sam@example.org").renewed(OrganisationRole.MEMBER, "digest", "user_1", again))
    ForgetInvitationsHandler(begin, MongoInvitations(), MongoBulkInvites(), lambda: NOW + timedelta(days=28))()
    assert kept(store)["invitations"] == ["invitation_1"]


def test_they_are_found_by_an_index(store):
    def fields(name: str) -> list[str]:
        return [next(iter(index["key"])) for index in store.database[name].list_indexes()]

    assert {"email_key", "expires_at"} <= set(fields("invitations"))
    assert "email_key" in fields("bulk_invite_rows")
    assert {"organisation_id", "finished_at"} <= set(fields("bulk_invites"))
