"""How organisations, credentials and referrals are kept: the fakes and MongoDB pass one suite."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from chassis.documents import StaleVersion
from chassis.mongo import LostRace
from contracts.identity.organisation_views import InvitationStatus, OrganisationRole, RowOutcome, SupportTier
from identity.domain.bulk_invite import BulkInvite, BulkInviteRow
from identity.domain.credential import Credential, KeptSecret, Kind
from identity.domain.organisation import Invitation, Looks, Member, Organisation, OwnDomain, Sso
from identity.domain.organisation_errors import AlreadyMember, DomainTaken, InvitationExists
from identity.domain.referral import Referral
from identity.domain.referral_errors import ReferralMade

NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
ACME = Organisation("organisation_1", 1, "Acme", ("user_1",), NOW, Looks("#ffcc00", None, "https://a.example/l.svg"), SupportTier.PRIORITY)
PROVEN = replace(ACME, version=2, domain=OwnDomain("acme.example", "token", NOW), sso=Sso("https://i.example", "us", "sealed"))


def invitation(number, email="grace@example.org", **changes):
    fields = ("organisation_1", email, OrganisationRole.MEMBER, f"digest {number}", "user_1", NOW, NOW + timedelta(days=14))
    return replace(Invitation(f"invitation_{number}", 1, *fields), **changes)


def test_an_organisation_comes_back_as_it_was(storage):
    with storage.unit_of_work() as work:
        work.organisations.add(ACME)
        work.organisations.add(replace(ACME, id="organisation_2"))
    with storage.unit_of_work() as work:
        assert work.organisations.get("organisation_1") == ACME
        assert work.organisations.get("organisation_9") is None
        work.organisations.save(PROVEN)
    with storage.unit_of_work() as work:
        assert work.organisations.get("organisation_1") == PROVEN
        assert work.organisations.of_domain("acme.example") == PROVEN
        assert work.organisations.of_domain("organisation.example") is None
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.organisations.save(PROVEN)
    with pytest.raises(DomainTaken), storage.unit_of_work() as work:
        work.organisations.save(replace(PROVEN, id="organisation_2"))
    with storage.unit_of_work() as work:
        work.organisations.save(PROVEN.with_domain(None))
    with storage.unit_of_work() as work:
        assert work.organisations.of_domain("acme.example") is None
        work.organisations.save(replace(PROVEN, id="organisation_2"))


def test_members_are_listed_page_by_page(storage):
    members = [Member("organisation_1", f"user_{number}", 1, OrganisationRole.MEMBER, NOW) for number in range(3)]
    with storage.unit_of_work() as work:
        for member in (*members, Member("organisation_2", "user_0", 1, OrganisationRole.OWNER, NOW)):
            work.members.add(member)
    with storage.unit_of_work() as work:
        first, cursor = work.members.page("organisation_1", None, 2)
        rest, end = work.members.page("organisation_1", cursor, 2)
        assert ([*first, *rest], end) == (members, None)
        assert [member.organisation_id for member in work.members.of("user_0")] == ["organisation_1", "organisation_2"]
        work.members.save(members[1].as_role(OrganisationRole.ADMIN))
        work.members.remove(members[2])
    with storage.unit_of_work() as work:
        assert work.members.get("organisation_1", "user_1") == members[1].as_role(OrganisationRole.ADMIN)
        assert work.members.get("organisation_1", "user_2") is None
    with pytest.raises(AlreadyMember), storage.unit_of_work() as work:
        work.members.add(members[0])


def test_one_invitation_waits_at_an_address(storage):
    with storage.unit_of_work() as work:
        work.invitations.add(invitation(1))
        work.invitations.add(invitation(2, "linus@example.org"))
    with storage.unit_of_work() as work:
        assert work.invitations.get("invitation_1") == work.invitations.by_digest("digest 1") == invitation(1)
        assert work.invitations.pending("organisation_1", "GRACE@example.org") == invitation(1)
        assert work.invitations.pending("organisation_2", "grace@example.org") is None
        assert [one.id for one in work.invitations.page("organisation_1", None, 9)[0]] == ["invitation_2", "invitation_1"]
    with pytest.raises(InvitationExists), storage.unit_of_work() as work:
        work.invitations.add(invitation(3, "Grace@example.org"))
    with storage.unit_of_work() as work:
        work.invitations.save(invitation(1).revoked())
        work.invitations.add(invitation(3))
    with storage.unit_of_work() as work:
        assert work.invitations.get("invitation_1").status is InvitationStatus.REVOKED
        assert work.invitations.pending("organisation_1", "grace@example.org").id == "invitation_3"


def test_an_invitation_that_is_long_over_goes_with_its_place(storage):
    later = NOW + timedelta(days=1)
    with storage.unit_of_work() as work:
        work.invitations.add(invitation(1))
        work.invitations.add(invitation(2, "linus@example.org", expires_at=later))
        work.invitations.add(invitation(3, "kay@example.org", expires_at=NOW))
    with storage.unit_of_work() as work:
        assert [one.id for one in work.invitations.expired(later, 9)] == ["invitation_3", "invitation_2"]
        assert [one.id for one in work.invitations.expired(later, 1)] == ["invitation_3"]
        work.invitations.remove(invitation(3, "kay@example.org", expires_at=NOW))
    with storage.unit_of_work() as work:
        assert work.invitations.get("invitation_3") is None
        work.invitations.add(invitation(4, "kay@example.org"))
        work.invitations.save(invitation(4, "kay@example.org").revoked())
        work.invitations.add(invitation(5, "kay@example.org"))
        work.invitations.remove(invitation(4, "kay@example.org"))
    with storage.unit_of_work() as work:
        assert work.invitations.pending("organisation_1", "kay@example.org").id == "invitation_5", "the place is another's by now"


def test_jobs_have_their_turns_and_go_with_their_rows(storage):
    jobs = [BulkInvite(f"bulkinvite_{number}", 1, f"organisation_{number % 2}", "user_1", 1, NOW) for number in range(4)]
    with storage.unit_of_work() as work:
        for job in jobs:
            work.bulk_invites.add(job, [BulkInviteRow(job.id, 1, "a@b.example", "member")])
    with storage.unit_of_work() as work:
        work.bulk_invites.save(jobs[0].passed_over(NOW + timedelta(seconds=2)))
        work.bulk_invites.save(jobs[1].passed_over(NOW + timedelta(seconds=1)))
    with storage.unit_of_work() as work:
        assert work.bulk_invites.running(9) == [jobs[number].id for number in (2, 3, 1, 0)]
        assert work.bulk_invites.running(1) == [jobs[2].id]
        assert (work.bulk_invites.running_in("organisation_0"), work.bulk_invites.running_in("organisation_9")) == (2, 0)
        work.bulk_invites.save(jobs[2].finished(NOW))
    with storage.unit_of_work() as work:
        assert work.bulk_invites.running_in("organisation_0") == 1
        assert work.bulk_invites.finished(NOW, 9) == [jobs[2].id]
        assert work.bulk_invites.finished(NOW - timedelta(seconds=1), 9) == []
        work.bulk_invites.remove(jobs[2].id)
    with storage.unit_of_work() as work:
        assert work.bulk_invites.get(jobs[2].id) is None
        assert (work.bulk_invites.rows(jobs[2].id, None, 9)[0], len(work.bulk_invites.rows(jobs[3].id, None, 9)[0])) == ([], 1)


def test_a_job_hands_out_its_rows_in_order(storage):
    job = BulkInvite("bulkinvite_1", 1, "organisation_1", "user_1", 3, NOW)
    rows = [BulkInviteRow(job.id, number, email, "member") for number, email in enumerate(["a@b.example", "", "A@b.example"], 1)]
    with storage.unit_of_work() as work:
        work.bulk_invites.add(job, rows)
    with storage.unit_of_work() as work:
        assert work.bulk_invites.running(5) == [job.id]
        assert work.bulk_invites.next_row(job.id) == rows[0]
        assert [work.bulk_invites.repeated(row) for row in rows] == [False, False, True]
        work.bulk_invites.keep_row(rows[0].ended(RowOutcome.INVITED))
        work.bulk_invites.save(job.with_row(RowOutcome.INVITED, NOW))
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.bulk_invites.keep_row(rows[0].ended(RowOutcome.INVITED))
    for row in rows[1:]:
        with storage.unit_of_work() as work:
            assert work.bulk_invites.next_row(job.id) == row
            work.bulk_invites.keep_row(row.ended(RowOutcome.INVALID, "why"))
            work.bulk_invites.save(work.bulk_invites.get(job.id).with_row(RowOutcome.INVALID, NOW))
    with storage.unit_of_work() as work:
        assert work.bulk_invites.next_row(job.id) is None
        assert work.bulk_invites.running(5) == []
        done = work.bulk_invites.get(job.id)
        assert (done.counts, done.finished_at, done.version) == ({"invited": 1, "invalid": 2}, NOW, 4)
        first, cursor = work.bulk_invites.rows(job.id, None, 2)
        assert [row.number for row in first] == [1, 2]
        assert [row.detail for row in work.bulk_invites.rows(job.id, cursor, 2)[0]] == ["why"]


def test_a_key_is_found_by_any_of_its_secrets(storage):
    newer, older = KeptSecret("new", "oc_new", NOW, NOW + timedelta(days=9)), KeptSecret("old", "oc_old", NOW, NOW + timedelta(hours=1))
    key = Credential("apikey_1", 1, Kind.KEY, "user_1", "user_1", "Export", ("profile:read",), (newer, older), "session_1", NOW)
    with storage.unit_of_work() as work:
        work.credentials.add(key)
        work.credentials.add(replace(key, id="client_1", kind=Kind.CLIENT, secrets=(replace(newer, digest="other"),)))
    with storage.unit_of_work() as work:
        assert work.credentials.by_digest("new") == work.credentials.by_digest("old") == work.credentials.get("apikey_1") == key
        assert work.credentials.by_digest("none") is None
        assert work.credentials.of("user_1", Kind.KEY) == [key]
        work.credentials.save(key.used(NOW))
    with storage.unit_of_work() as work:
        assert work.credentials.get("apikey_1") == key.used(NOW)


def test_a_code_is_one_persons_and_a_person_comes_once(storage):
    referral = Referral("user_2", 1, "user_1", "7M3K9QXA", NOW)
    with storage.unit_of_work() as work:
        work.referrals.keep_code("user_1", "7M3K9QXA")
        work.referrals.add(referral)
        work.referrals.one_at_a_time()
    with storage.unit_of_work() as work:
        assert (work.referrals.code_of("user_1"), work.referrals.owner_of("7M3K9QXA")) == ("7M3K9QXA", "user_1")
        assert (work.referrals.get("user_2"), work.referrals.get("user_1")) == (referral, None)
        work.referrals.save(referral.qualified(NOW))
        work.referrals.one_at_a_time()
    with storage.unit_of_work() as work:
        assert work.referrals.brought_by("user_1") == (1, 1)
        assert work.referrals.get("user_2").qualified(NOW) is None
    for user_id, code in (("user_3", "7M3K9QXA"), ("user_1", "00000000")):
        with pytest.raises(LostRace), storage.unit_of_work() as work:
            work.referrals.keep_code(user_id, code)
    with pytest.raises(ReferralMade), storage.unit_of_work() as work:
        work.referrals.add(referral)
