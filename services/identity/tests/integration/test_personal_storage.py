"""What people show and their leaving in storage: the promises of the ports, by the fakes and by MongoDB; and that nothing lies open."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import bson
import pytest

from chassis.documents import StaleVersion
from chassis.person_keys import MasterKeys, PersonKey
from chassis.retry import NotYet
from contracts.identity.events import PersonDeletionStarted, ProfileUpdated
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.privacy import ExportStatus
from contracts.identity.roles import Role
from contracts.identity.showcase import AvailabilityWindow, FilePurpose, Weekday
from contracts.money import Price
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.personal_data import personal_data
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.domain.account import Account, Profile
from identity.domain.organisation import Invitation, Member, Organisation, OwnDomain
from identity.domain.personal_data import Confirmation, Deletion, Export
from identity.domain.showcase import ExpertProfile, PortfolioItem, Showcase, StoredFile, Upload
from identity.migrations import m0022_places_of_nobody

NOW = datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
ADA = "user_01m7z0x3caekzr4mkxn7getrmk"
MARK = "planted-marker"
FILE = StoredFile("file_1", FilePurpose.RESUME, "private/1", f"{MARK}.pdf", "application/pdf", 12)
EXPERT = ExpertProfile.of(
    (f"Industry {MARK}",),
    Price(amount_minor=9000, currency="EUR"),
    "UTC",
    (AvailabilityWindow(weekday=Weekday.MONDAY, since="09:00", until="24:00"),),
)
SHOWCASE = Showcase(ADA, 1, (FILE,), (PortfolioItem("portfolio_1", f"Work {MARK}", link=f"https://{MARK}.example/"),), EXPERT)
UPLOAD = Upload("upload_1", 1, ADA, FilePurpose.AVATAR, "image/png", f"{MARK}.png", NOW + timedelta(minutes=15))
DELETION = Deletion("deletion_1", 1, ADA, "digest", NOW)
MASTER = MasterKeys("bWFzdGVyIGtleXMgb2YgYSB0ZXN0IG9mIHN0b3JhZ2U=")


def account() -> Account:
    profile = Profile(f"Name {MARK}", "UTC", "en", f"Headline {MARK}", f"Bio {MARK}", (f"skill {MARK}",), (), (f"https://{MARK}.example/",))
    return Account(ADA, 1, "ada@example.org", True, "hash", (Role.SOLVER,), profile, NOW)


def test_a_showcase_comes_back_as_it_went_and_a_stale_one_is_refused(storage):
    with storage.unit_of_work() as work:
        assert work.showcases.of(ADA) == Showcase(ADA)
        work.showcases.save(SHOWCASE)
    changed = SHOWCASE.without_item("portfolio_1")
    with storage.unit_of_work() as work:
        assert work.showcases.of(ADA) == SHOWCASE
        work.showcases.save(changed)
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.showcases.save(changed)
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.showcases.save(SHOWCASE)


def test_uploads_and_removals_are_kept_until_they_are_done(storage):
    with storage.unit_of_work() as work:
        work.uploads.add(UPLOAD)
        work.removals.add(("a", "b"), NOW, ADA)
        work.removals.add(("a",), NOW, ADA)
    with storage.unit_of_work() as work:
        assert work.uploads.get(UPLOAD.id) == UPLOAD
        assert (work.uploads.count_open(ADA, NOW), work.uploads.count_open(ADA, UPLOAD.expires_at)) == (1, 0)
        assert work.uploads.expired(UPLOAD.expires_at, 10) == [UPLOAD]
        assert sorted(work.removals.waiting(10)) == ["a", "b"]
        work.uploads.save(UPLOAD.completed(FILE))
        work.removals.done("a")
    with storage.unit_of_work() as work:
        assert work.uploads.get(UPLOAD.id) == UPLOAD.completed(FILE)
        assert work.uploads.expired(UPLOAD.expires_at, 10) == []
        assert work.removals.waiting_of(ADA)
        work.removals.done("b")
        work.uploads.remove(UPLOAD.id)
    with storage.unit_of_work() as work:
        assert work.uploads.get(UPLOAD.id) is None
        assert not work.removals.waiting_of(ADA)


def test_deletions_and_exports_come_back_as_they_went(storage):
    export = Export.begin("export_1", ADA, "session_1", NOW, None)
    with storage.unit_of_work() as work:
        work.deletions.add(DELETION)
        work.exports.save(export)
    confirmed = DELETION.confirmed(Confirmation("payments", {"customers": 1}, NOW), ("payments",))
    with storage.unit_of_work() as work:
        assert work.deletions.by_token("digest") == work.deletions.get(DELETION.id) == DELETION
        assert work.deletions.page(True, None, 10) == ([DELETION], None)
        work.deletions.save(confirmed)
        assert work.exports.due(NOW, 10) == [export]
        work.exports.save(export.ready(5, NOW))
    with storage.unit_of_work() as work:
        assert work.deletions.get(DELETION.id) == confirmed
        assert work.deletions.page(True, None, 10) == ([], None)
        kept = work.exports.of(ADA)
        assert kept
        assert (kept.status, kept.size_bytes, work.exports.due(NOW, 10)) == (ExportStatus.READY, 5, [])
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.exports.save(export)


def lies_open(store, text: str) -> list[str]:
    return [
        f"{name} {row['_id']}"
        for name in store.database.list_collection_names()
        for row in store.database[name].find({})
        if text.encode() in bson.encode(row)
    ]


def test_what_is_personal_lies_nowhere_in_the_open_and_goes_with_its_person(store):
    keys = MongoPersonKeys(store.database, MASTER)
    told = account()
    with IdentityUnitOfWork(store, keys) as work:
        work.accounts.add(told)
        work.showcases.save(SHOWCASE)
        work.uploads.add(UPLOAD)
        work.emit(
            ProfileUpdated(
                user_id=ADA,
                display_name=told.profile.display_name,
                roles=told.roles,
                headline=told.profile.headline,
                bio=told.profile.bio,
                skills=told.profile.skills,
                languages=(),
                time_zone="UTC",
                locale="en",
            )
        )
        work.emit(PersonDeletionStarted(user_id=ADA, deletion_id="deletion_01m7z11cygehebb8q2mpjvjsbf"))
    assert lies_open(store, MARK) == []
    key = keys.of(ADA)
    assert isinstance(key, PersonKey)
    keeper = personal_data(store, keys, lambda: NOW)
    exported = {record.kind: record.data for record in keeper.export(ADA, None).items}
    assert exported["accounts"]["headline"] == f"Headline {MARK}"
    assert MARK in str(exported["showcases"])
    assert "password_hash" not in exported["accounts"]

    with pytest.raises(NotYet):
        keeper.erase(ADA)
    with IdentityUnitOfWork(store, keys) as work:
        waiting = work.removals.waiting(10)
        for object_key in waiting:
            work.removals.done(object_key)
    assert sorted(waiting) == sorted(["private/1", UPLOAD.incoming_key, UPLOAD.result_key])
    assert keeper.erase(ADA) == {"accounts": 1}
    assert keeper.erase(ADA) == {}
    with IdentityUnitOfWork(store, keys) as work:
        work.destroy_key(ADA)
    assert keys.wrapped(ADA) is None
    with IdentityUnitOfWork(store, MongoPersonKeys(store.database, MASTER)) as work:
        assert (work.accounts.get(ADA), work.showcases.of(ADA)) == (None, Showcase(ADA))


def test_an_account_from_before_profiles_were_encrypted_is_read(store):
    told = account()
    fields = {name: list(value) if isinstance(value, tuple) else value for name, value in vars_of(told.profile).items()}
    row = {"_id": ADA, "version": 1, "email": told.email, "email_key": told.email, "email_verified": True, "password_hash": "hash"}
    store.database.accounts.insert_one({**row, **fields, "roles": ["solver"], "created_at": NOW})
    keys = MongoPersonKeys(store.database, MASTER)
    with IdentityUnitOfWork(store, keys) as work:
        assert work.accounts.get(ADA) == told
        work.accounts.save(replace(told, version=2))
    assert lies_open(store, MARK) == []


BOB = "user_01m7z0x3caekzr4mkxn7getrmm"
SHARED = Organisation("organisation_1", 1, "Shared", (ADA, BOB), NOW)
ALONE = Organisation("organisation_2", 1, "Alone", (ADA,), NOW)
DOMAIN = OwnDomain("acme.example", "token", NOW)


def invitation(number: int, organisation_id: str, email: str, invited_by: str) -> Invitation:
    fields = (OrganisationRole.MEMBER, f"digest {number}", invited_by, NOW, NOW + timedelta(days=14))
    return Invitation(f"invitation_{number}", 1, organisation_id, email, *fields)


@pytest.fixture
def taken(store):
    """What Ada has taken: an address in an organisation that goes on, and all of one that goes with her."""
    with IdentityUnitOfWork(store, MongoPersonKeys(store.database, MASTER)) as work:
        work.organisations.add(SHARED)
        work.organisations.add(ALONE)
        work.organisations.save(ALONE.with_domain(DOMAIN))
        work.members.add(Member(ALONE.id, ADA, 1, OrganisationRole.OWNER, NOW))
        work.invitations.add(invitation(1, SHARED.id, "carol@example.org", ADA))
        work.invitations.add(invitation(2, SHARED.id, "dave@example.org", BOB))
        work.invitations.add(invitation(3, ALONE.id, "erin@example.org", "client_1"))


def taken_places(store) -> list[str]:
    return sorted(row["_id"] for row in store.database.places.find({}))


def test_what_a_person_had_taken_is_free_when_they_have_left(store, taken):
    keys = MongoPersonKeys(store.database, MASTER)
    erased = personal_data(store, keys, lambda: NOW).erase(ADA)
    assert {name: erased[name] for name in ("places", "invitations", "organisations")} == {
        "places": 3,
        "invitations": 2,
        "organisations": 2,
    }
    assert taken_places(store) == ["organisation_1 dave@example.org"]
    with IdentityUnitOfWork(store, keys) as work:
        assert work.invitations.pending(SHARED.id, "carol@example.org") is None
        work.invitations.add(invitation(4, SHARED.id, "carol@example.org", BOB))
        shared = work.organisations.get(SHARED.id)
        assert shared
        work.organisations.save(shared.with_domain(DOMAIN))


def test_places_that_lead_nowhere_are_swept_once(store, taken):
    store.database.invitations.delete_one({"_id": "invitation_1"})
    store.database.organisations.delete_one({"_id": ALONE.id})
    for _ in range(2):
        m0022_places_of_nobody.migrate(store.database)
        assert taken_places(store) == ["organisation_1 dave@example.org", "organisation_2 erin@example.org"]


def vars_of(profile: Profile) -> dict[str, object]:
    return {name: getattr(profile, name) for name in Profile.__dataclass_fields__}
