"""Telling people that they are invited to a private challenge: each once, whatever comes how often and in which order."""

from __future__ import annotations

import pytest
from notifications_fakes import FakeUnitOfWork, about, contact, private_challenge, some_id

from chassis.context import Delivery
from chassis.retry import NotYet
from contracts.challenges.events import ChallengePublished, ChallengeUpdated
from contracts.challenges.terms import ChallengeStatus, Visibility
from contracts.notifications.views import Channel, NotificationCategory
from notifications.domain.preferences import Preferences
from notifications.usecases.tell import TellHandler
from notifications.usecases.tell_invited import PATIENCE, TellInvitedHandler

ALICE, BOB, OWNER = (some_id("user", number) for number in (1, 2, 3))
NOBODY = some_id("user", 9)


class Telling:
    """The handler, and how the chassis calls it."""

    def __init__(self, handler: TellInvitedHandler) -> None:
        self._handler = handler

    def published(self, *invited: str, sequence: int = 1, attempt: int = 0, **changes: object) -> None:
        view = private_challenge(invited_user_ids=invited, **changes)
        self._handler(ChallengePublished(**about(view)), self._delivery(ChallengePublished.type(), sequence, attempt))

    def updated(self, *invited: str, sequence: int, attempt: int = 0, **changes: object) -> None:
        view = private_challenge(invited_user_ids=invited, **changes)
        self._handler(ChallengeUpdated(**about(view)), self._delivery(ChallengeUpdated.type(), sequence, attempt))

    @staticmethod
    def _delivery(event_type: str, sequence: int, attempt: int) -> Delivery:
        return Delivery(f"event_{sequence}", event_type, "notifications.on_challenge_updated", some_id("challenge"), sequence, attempt)


@pytest.fixture
def telling(work: FakeUnitOfWork, catalogue, new_id, clock) -> Telling:
    for number in (1, 2, 3):
        work.contacts.add(contact(number))
    return Telling(TellInvitedHandler(lambda: work, TellHandler(lambda: work, catalogue, new_id, clock.now)))


def told(work: FakeUnitOfWork) -> list[str]:
    assert {row.kind for row in work.notifications.rows.values()} <= {"challenge_invited"}
    return [row.user_id for row in work.notifications.rows.values()]


def test_the_invited_read_where_it_is_and_until_when_in_their_language(telling: Telling, work: FakeUnitOfWork) -> None:
    work.contacts.rows[BOB] = contact(2, locale="de", time_zone="Europe/Berlin")
    telling.published(BOB)
    (row,) = work.notifications.rows.values()
    (mail,) = work.mails.rows.values()
    assert (row.user_id, row.title, row.link) == (BOB, "Sie sind zu „Maps“ eingeladen", f"/v1/challenges/{some_id('challenge')}")
    assert "bis 10. März 2026, 13:00 (Mitteleuropäische Normalzeit)" in row.body
    assert (mail.to, mail.subject) == ("p2@example.com", row.title)


def test_each_is_told_once_however_often_it_is_edited(telling: Telling, work: FakeUnitOfWork) -> None:
    telling.published(BOB)
    telling.published(BOB)
    telling.updated(BOB, sequence=2, title="Atlas")
    telling.updated(BOB, ALICE, sequence=3)
    telling.updated(ALICE, sequence=4)
    telling.updated(BOB, ALICE, sequence=5)
    assert told(work) == [BOB, ALICE]
    assert len(work.mails.rows) == 2


def test_who_wants_no_list_is_not_mailed_twice(telling: Telling, work: FakeUnitOfWork) -> None:
    work.preferences.save(Preferences(BOB).choose([(NotificationCategory.APPLICATIONS, [Channel.EMAIL])]))
    telling.published(BOB)
    telling.updated(BOB, sequence=2)
    assert (told(work), len(work.mails.rows)) == ([], 1)


@pytest.mark.parametrize(
    "changes",
    [{"visibility": Visibility.PUBLIC}, {"status": ChallengeStatus.CANCELLED}, {"status": ChallengeStatus.IN_PROGRESS, "solver_id": ALICE}],
    ids=["public", "cancelled", "begun"],
)
def test_what_is_public_or_not_open_invites_nobody(telling: Telling, work: FakeUnitOfWork, changes: dict[str, object]) -> None:
    telling.updated(BOB, sequence=2, **changes)
    assert told(work) == []


def test_one_that_becomes_private_invites(telling: Telling, work: FakeUnitOfWork) -> None:
    telling.published(BOB, visibility=Visibility.PUBLIC)
    telling.updated(BOB, sequence=2)
    assert told(work) == [BOB]


def test_an_older_event_that_comes_late_invites_nobody(telling: Telling, work: FakeUnitOfWork) -> None:
    telling.updated(ALICE, sequence=2)
    telling.published(ALICE, BOB)
    assert told(work) == [ALICE], "Bob was taken out meanwhile"
    telling.updated(ALICE, sequence=4, status=ChallengeStatus.CANCELLED)
    telling.updated(ALICE, BOB, sequence=3)
    assert told(work) == [ALICE]
    assert work.invitations.of(some_id("challenge")).told_user_ids == frozenset(), "nobody needs to be remembered"


def test_who_invites_themselves_or_is_erased_is_not_told(telling: Telling, work: FakeUnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {BOB, NOBODY})
    telling.published(OWNER, BOB, NOBODY)
    assert told(work) == []
    assert work.invitations.of(some_id("challenge")).told_user_ids == frozenset()


def test_an_erased_challenger_invites_nobody(telling: Telling, work: FakeUnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {OWNER})
    telling.published(BOB)
    assert (told(work), work.invitations.rows) == ([], {})


def test_somebody_unknown_is_waited_for_but_keeps_the_others_waiting_not_for_ever(telling: Telling, work: FakeUnitOfWork) -> None:
    for attempt in range(PATIENCE):
        with pytest.raises(NotYet):
            telling.published(BOB, NOBODY, attempt=attempt)
        assert (told(work), work.invitations.rows) == ([], {})
    telling.published(BOB, NOBODY, attempt=PATIENCE)
    assert told(work) == [BOB]
    work.contacts.add(contact(9))
    telling.updated(BOB, NOBODY, sequence=2)
    assert told(work) == [BOB, NOBODY]
