"""What notifications keeps, in MongoDB: the queue of mails (as its fake), a long list marked as read, first choices, and who leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from notifications_fakes import FakeUnitOfWork, contact, some_id
from pymongo.errors import OperationFailure

from chassis.documents import DocumentCollection, StaleVersion
from chassis.mongo import Store
from contracts.notifications.views import NotificationCategory
from local_platform.databases import OpenStore
from notifications import migrations
from notifications.adapters.personal_data import personal_data
from notifications.adapters.repositories import MongoMails, MongoNotifications
from notifications.adapters.unit_of_work import NotificationsUnitOfWork
from notifications.domain.invitations import Invitations
from notifications.domain.mail import LEASE, SCHEDULE, Mail, MailStatus
from notifications.domain.notification import Notification
from notifications.domain.preferences import Preferences
from notifications.usecases.ports import MailQueue, UnitOfWork

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
ADA, BOB = some_id("user", 1), some_id("user", 2)
LIMIT = 50
ROWS = 300


@dataclass(frozen=True)
class Storage:
    unit_of_work: Callable[[], UnitOfWork]
    queue: MailQueue


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store(migrations, NOW)


@pytest.fixture(params=["fake", "mongo"])
def storage(request: pytest.FixtureRequest) -> Storage:
    if request.param == "fake":
        fake = FakeUnitOfWork()
        return Storage(lambda: fake, fake.mails)
    store: Store = request.getfixturevalue("store")
    return Storage(lambda: NotificationsUnitOfWork(store), MongoMails())


def mail(number: int, *, due: timedelta = timedelta(), **changes: object) -> Mail:
    new = Mail.waiting(some_id("mail", number), user_id=ADA, to="ada@example.com", subject="S", text="T", html="H", at=NOW)
    return replace(new, due_at=NOW + due, **changes)  # type: ignore[arg-type]


def add(storage: Storage, *mails: Mail) -> None:
    with storage.unit_of_work() as work:
        for one in mails:
            work.mails.add(one)


def test_fifty_mails_that_wait_do_not_hide_one_that_is_due(storage: Storage) -> None:
    put_off = [mail(number, due=timedelta(minutes=30), attempts=5) for number in range(LIMIT)]
    add(storage, *put_off, mail(LIMIT))
    assert storage.queue.claimable(NOW, LIMIT) == [some_id("mail", LIMIT)]
    assert len(storage.queue.claimable(NOW + timedelta(minutes=30), LIMIT + 1)) == LIMIT + 1


def test_those_due_for_longest_come_first_and_no_more_than_asked_for(storage: Storage) -> None:
    for number, minutes in enumerate((3, 1, 2)):
        add(storage, mail(number, due=-timedelta(minutes=minutes)))
    assert storage.queue.claimable(NOW, LIMIT) == [some_id("mail", number) for number in (0, 2, 1)]
    assert storage.queue.claimable(NOW, 2) == [some_id("mail", number) for number in (0, 2)]


def test_what_can_be_claimed_is_found_also_after_a_clock_was_set_back_and_nothing_else(storage: Storage) -> None:
    """Decision 0042: a time out of reach was written by another clock."""
    number = 0
    for status, attempts, longest in (
        (MailStatus.PENDING, 0, 2 * LEASE),
        (MailStatus.SENDING, 3, 2 * LEASE),
        *((MailStatus.PENDING, attempts, delay + LEASE) for attempts, delay in enumerate(SCHEDULE, start=1)),
        (MailStatus.SENT, 1, 2 * LEASE),
        (MailStatus.FAILED, 1, 2 * LEASE),
    ):
        for due in (timedelta(), timedelta(milliseconds=1), longest, longest + timedelta(milliseconds=1)):
            number += 1
            add(storage, mail(number, due=due, status=status, attempts=attempts))
    with storage.unit_of_work() as work:
        mails = [work.mails.get(some_id("mail", one)) for one in range(1, number + 1)]
    expected = {one.id for one in mails if one and one.claim(NOW)}
    assert len(expected) == 18
    found = storage.queue.claimable(NOW, LIMIT)
    assert set(found) == expected
    assert len(found) == len(expected)


def test_a_mail_comes_back_as_it_went(storage: Storage) -> None:
    expiring = mail(1, expires_at=NOW + timedelta(hours=1))
    following = mail(2, to_contact=True)
    add(storage, expiring, following)
    with storage.unit_of_work() as work:
        assert (work.mails.get(expiring.id), work.mails.get(following.id)) == (expiring, following)
        over = work.mails.save(replace(mail(1), user_id=some_id("invitation")).sent())
    with storage.unit_of_work() as work:
        assert work.mails.get(expiring.id) == over
    assert over.to == ""


def test_a_long_list_is_marked_as_read_at_once_and_only_ones_own(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with NotificationsUnitOfWork(store) as work:
        for number in range(ROWS):
            work.notifications.add(notification(number, ADA))
        work.notifications.add(notification(ROWS, BOB))
        work.notifications.mark_read(ADA, [some_id("notification", 0)], NOW)
    later = NOW + timedelta(hours=1)
    replaced: list[str] = []
    replace_one = DocumentCollection.replace

    def noted(self, document, expected_version: int) -> None:
        replaced.append(document.id)
        replace_one(self, document, expected_version)

    with monkeypatch.context() as patched, NotificationsUnitOfWork(store) as work:
        patched.setattr(DocumentCollection, "replace", noted)
        assert work.notifications.mark_read(ADA, None, later) == 0
    assert replaced == [ADA], "the count; the rows are one write"
    lists = MongoNotifications()
    assert (lists.unread_count(ADA), lists.unread_count(BOB)) == (0, 1)
    assert lists.page(ADA, unread=True, cursor=None, limit=1) == ([], None)
    rows, _ = lists.page(ADA, unread=False, cursor=None, limit=ROWS)
    assert sorted((row.read_at, row.version) for row in rows if row.read_at) == [(NOW, 2), *[(later, 2)] * (ROWS - 1)]
    with NotificationsUnitOfWork(store) as work:
        assert work.notifications.mark_read(ADA, None, later) == 0
        assert work.notifications.mark_read(some_id("user", 3), None, later) == 0


def test_what_comes_while_all_is_marked_as_read_is_tried_again_and_stays_unread(store: Store) -> None:
    with NotificationsUnitOfWork(store) as work:
        work.notifications.add(notification(1, ADA))
    with NotificationsUnitOfWork(store) as work:
        assert work.notifications.mark_read(ADA, None, NOW) == 0
        with pytest.raises(OperationFailure) as refused, NotificationsUnitOfWork(store) as other:
            other.notifications.add(notification(2, ADA))
        assert refused.value.has_error_label("TransientTransactionError")
    with NotificationsUnitOfWork(store) as work:
        assert work.notifications.add(notification(2, ADA)) == 1


def test_a_first_choice_that_comes_second_is_tried_again(store: Store) -> None:
    with NotificationsUnitOfWork(store) as work:
        work.preferences.save(Preferences(ADA))
    with pytest.raises(StaleVersion) as stale, NotificationsUnitOfWork(store) as work:
        work.preferences.save(Preferences(ADA))
    assert not stale.value.asked_by_client


def test_who_was_told_of_an_invitation_comes_back_and_nothing_is_overwritten_unseen(storage: Storage) -> None:
    challenge_id = some_id("challenge")
    with storage.unit_of_work() as work:
        assert work.invitations.of(challenge_id) == Invitations(challenge_id)
        work.invitations.save(first := Invitations(challenge_id, sequence=3, told_user_ids=frozenset({ADA, BOB})))
    with storage.unit_of_work() as work:
        kept = work.invitations.of(challenge_id)
        assert kept == replace(first, version=1)
        work.invitations.save(replace(kept, sequence=4, told_user_ids=frozenset()))
    for stale in (first, kept):
        with pytest.raises(StaleVersion), storage.unit_of_work() as work:
            work.invitations.save(stale)
    with storage.unit_of_work() as work:
        assert work.invitations.of(challenge_id) == Invitations(challenge_id, version=2, sequence=4)


def test_who_leaves_is_taken_out_of_those_who_were_told_of_an_invitation(store: Store) -> None:
    with NotificationsUnitOfWork(store) as work:
        work.invitations.save(Invitations(some_id("challenge"), sequence=1, told_user_ids=frozenset({ADA, BOB})))
    keeper = personal_data(store.database)
    assert keeper.export(ADA, None).items == ()
    assert keeper.erase(ADA) == {"invitations": 1}
    assert [row["told_user_ids"] for row in store.database.invitations.find({})] == [[BOB]]
    assert "told_user_ids_1" in store.database.invitations.index_information()


def test_who_leaves_takes_along_what_others_had_mailed_to_their_address(store: Store) -> None:
    with NotificationsUnitOfWork(store) as work:
        work.contacts.add(contact(1, email="Ada+x@example.com"))
        work.contacts.add(contact(2))
        work.mails.add(mail(1))
        work.mails.add(mail(2, user_id=some_id("invitation"), to="ada+X@example.com"))
        work.mails.add(mail(3, user_id=some_id("invitation"), to="not.Ada+x@example.com"))
        work.mails.add(mail(4, user_id=BOB, to="p2@example.com"))
    keeper = personal_data(store.database)
    exported = [record.id for record in keeper.export(ADA, None).items if record.kind == "mails"]
    assert exported == [some_id("mail", 1)], "what others had mailed is in nobody's copy"
    assert keeper.erase(ADA) == {"mails": 2, "contacts": 1}
    assert {row["_id"] for row in store.database.mails.find({})} == {some_id("mail", 3), some_id("mail", 4)}
    assert keeper.erase(ADA) == {}


def test_who_never_proved_an_address_takes_no_mails_of_others_along(store: Store) -> None:
    with NotificationsUnitOfWork(store) as work:
        work.contacts.add(contact(1, email="sam@example.com", email_verified=False))
        work.mails.add(mail(1))
        work.mails.add(mail(2, user_id=some_id("invitation"), to="sam@example.com"))
    assert personal_data(store.database).erase(ADA) == {"mails": 1, "contacts": 1}
    assert [row["_id"] for row in store.database.mails.find({})] == [some_id("mail", 2)]


def test_addresses_are_one_by_case_alone(store: Store) -> None:
    """Databases fold more letters than lower case does: a long s is none."""
    with NotificationsUnitOfWork(store) as work:
        work.contacts.add(contact(1, email="sam@example.com"))
        work.mails.add(mail(2, user_id=some_id("invitation"), to="SAM@example.com"))
        work.mails.add(mail(3, user_id=some_id("invitation"), to="\u017fam@example.com"))
    assert personal_data(store.database).erase(ADA) == {"mails": 1, "contacts": 1}
    assert [row["_id"] for row in store.database.mails.find({})] == [some_id("mail", 3)]


def notification(number: int, user_id: str) -> Notification:
    return Notification(
        id=some_id("notification", number),
        version=1,
        user_id=user_id,
        fact_id=f"event_{number}",
        category=NotificationCategory.WORK,
        kind="work_submitted",
        title="T",
        body="B",
        link=None,
        created_at=NOW,
    )
