"""Telling people of facts."""

from datetime import UTC, datetime

import pytest
from notifications_fakes import FakeUnitOfWork, contact, some_id

from chassis.retry import NotYet
from contracts.challenges.events import ApplicationRejected, ChallengeCancelled, ChallengeCompleted
from contracts.challenges.terms import CancelReason, ChallengeStatus, RejectReason
from contracts.identity.events import SessionRevoked, StandingChanged
from contracts.messaging.events import MessageSent
from contracts.messaging.views import MessageView
from contracts.notifications.events import NotificationCreated
from contracts.notifications.views import Channel, NotificationCategory
from notifications.domain import facts
from notifications.domain.facts import Fact
from notifications.domain.preferences import Preferences
from notifications.usecases.tell import TellHandler

ALICE, BOB = some_id("user", 1), some_id("user", 2)


@pytest.fixture
def tell(work, catalogue, new_id, clock):
    for number in (1, 2):
        work.contacts.add(contact(number))
    return TellHandler(lambda: work, catalogue, new_id, clock.now)


def fact(category=NotificationCategory.APPLICATIONS, kind="application_closed") -> Fact:
    return Fact(ALICE, category, kind, {"challenge": "Maps"}, "/v1/challenges/x")


def test_a_fact_becomes_a_row_an_event_and_a_mail(tell, work: FakeUnitOfWork) -> None:
    tell([fact()], "event_1")
    (row,) = work.notifications.rows.values()
    assert (row.user_id, row.kind, row.title) == (ALICE, "application_closed", "“Maps” went to another solver")
    (event,) = work.events
    assert isinstance(event, NotificationCreated)
    assert event.unread_count == 1
    (mail,) = work.mails.rows.values()
    assert mail.to == "p1@example.com"
    assert "https://openchance.example/v1/challenges/x" in mail.text


def test_the_unread_count_in_the_event_grows(tell, work: FakeUnitOfWork) -> None:
    tell([fact()], "event_1")
    tell([fact()], "event_2")
    assert [event.unread_count for event in work.events] == [1, 2]


def test_who_opted_out_of_mail_gets_none_and_who_opted_out_of_all_gets_nothing(tell, work: FakeUnitOfWork) -> None:
    work.preferences.save(Preferences(ALICE).choose([(NotificationCategory.APPLICATIONS, [Channel.IN_APP])]))
    tell([fact()], "event_1")
    assert (len(work.notifications.rows), len(work.mails.rows)) == (1, 0)
    work.preferences.save(work.preferences.of(ALICE).choose([(NotificationCategory.APPLICATIONS, [])]))
    tell([fact()], "event_2")
    assert (len(work.notifications.rows), len(work.mails.rows)) == (1, 0)


def test_account_matters_ignore_opt_out(tell, work: FakeUnitOfWork) -> None:
    work.preferences.save(Preferences(ALICE).choose([(NotificationCategory.ACCOUNT, [])]))
    tell(
        facts.session_revoked(SessionRevoked(user_id=ALICE, session_id=some_id("session"), reason="refresh_reused")),
        "event_1",
    )
    assert (len(work.notifications.rows), len(work.mails.rows)) == (1, 1)


def test_an_address_that_is_not_verified_gets_no_mail(tell, work: FakeUnitOfWork) -> None:
    work.contacts.rows[ALICE] = contact(1, email_verified=False)
    tell([fact()], "event_1")
    assert (len(work.notifications.rows), len(work.mails.rows)) == (1, 0)


def test_a_person_we_have_not_heard_of_yet_is_tried_later_and_nothing_is_emitted(tell, work: FakeUnitOfWork) -> None:
    del work.contacts.rows[ALICE]
    with pytest.raises(NotYet):
        tell([fact()], "event_1")
    assert work.events == []


def test_the_language_is_the_persons(tell, work: FakeUnitOfWork) -> None:
    work.contacts.rows[ALICE] = contact(1, locale="de")
    tell([fact()], "event_1")
    (row,) = work.notifications.rows.values()
    assert row.title == "„Maps“ ging an jemand anderen"


def test_moments_are_told_in_the_persons_time_zone(tell, work: FakeUnitOfWork) -> None:
    work.contacts.rows[ALICE] = contact(1, locale="en-GB", time_zone="America/Los_Angeles")
    words = {"plan": "Expert Pro", "until": datetime(2030, 1, 2, 3, tzinfo=UTC)}
    tell([Fact(ALICE, NotificationCategory.MONEY, "trial_started", words)], "event_1")
    (row,) = work.notifications.rows.values()
    (mail,) = work.mails.rows.values()
    assert "1 January 2030, 19:00 (Pacific Standard Time)" in row.body
    assert "1 January 2030, 19:00 (Pacific Standard Time)" in mail.text


def challenge_fields() -> dict[str, str]:
    return {"challenge_id": some_id("challenge"), "challenge_title": "Maps", "challenger_id": BOB}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (RejectReason.DECLINED, "application_declined"),
        (RejectReason.ANOTHER_ACCEPTED, "application_closed"),
        (RejectReason.CHALLENGE_CANCELLED, "application_cancelled"),
    ],
)
def test_the_reason_of_a_rejection_chooses_the_words(reason: RejectReason, kind: str) -> None:
    event = ApplicationRejected(**challenge_fields(), application_id=some_id("application"), applicant_id=ALICE, reason=reason)
    assert [(told.recipient_id, told.kind) for told in facts.application_rejected(event)] == [(ALICE, kind)]


def test_a_message_is_told_to_everybody_but_its_sender() -> None:
    message = MessageView(
        id=some_id("message"), conversation_id=some_id("conversation"), seq=1, client_message_id="a", sender_id=ALICE, text="Hi",
        sent_at="2026-03-01T12:00:00Z",
    )  # fmt: skip
    event = MessageSent(conversation_id=some_id("conversation"), participant_ids=(ALICE, BOB), conversation_title="Maps", message=message)
    assert [told.recipient_id for told in facts.message_sent(event)] == [BOB]


def test_completion_is_told_to_both_sides_and_a_log_out_to_nobody() -> None:
    done = ChallengeCompleted(**challenge_fields(), solver_id=ALICE, completed_at="2026-03-01T12:00:00Z")
    assert {told.recipient_id for told in facts.challenge_completed(done)} == {ALICE, BOB}
    assert facts.session_revoked(SessionRevoked(user_id=ALICE, session_id=some_id("session"), reason="logged_out")) == []


def test_a_cancelled_draft_is_told_to_nobody() -> None:
    event = ChallengeCancelled(**challenge_fields(), reason=CancelReason.MISTAKE, solver_id=None, previous_status=ChallengeStatus.OPEN)
    assert facts.challenge_cancelled(event) == []


def test_whoever_lets_the_time_to_choose_pass_is_told(tell, work: FakeUnitOfWork) -> None:
    ended = {"reason": CancelReason.NO_SUITABLE_APPLICANT, "solver_id": None, "previous_status": ChallengeStatus.OPEN}
    event = ChallengeCancelled(**challenge_fields(), **ended, lapsed=True)
    tell(facts.challenge_cancelled(event), "event_1")
    (row,) = work.notifications.rows.values()
    assert (row.user_id, row.kind, row.link) == (BOB, "challenge_lapsed", f"/v1/challenges/{event.challenge_id}")
    by_hand = ChallengeCancelled(**challenge_fields(), **ended)
    assert facts.challenge_cancelled(by_hand) == [], "a sender of before did not tell who: it was the challenger"


def test_the_end_of_work_is_told_to_the_other_side() -> None:
    work = {**challenge_fields(), "reason": CancelReason.OTHER, "solver_id": ALICE, "previous_status": ChallengeStatus.IN_PROGRESS}
    ended = {by: facts.challenge_cancelled(ChallengeCancelled(**work, cancelled_by=by)) for by in (ALICE, BOB, None)}
    assert [(told.recipient_id, told.kind) for told in ended[BOB]] == [(ALICE, "challenge_cancelled")]
    assert [(told.recipient_id, told.kind) for told in ended[ALICE]] == [(BOB, "challenge_given_up")]
    assert ended[None] == ended[BOB], "a sender of before did not tell who: it was the challenger"


def test_who_is_kept_out_is_told_why_and_until_when(tell, work: FakeUnitOfWork) -> None:
    until = datetime(2030, 1, 2, 3, 4, tzinfo=UTC)
    for status, end in (("suspended", until), ("suspended", None), ("banned", None), ("active", None)):
        event = StandingChanged(user_id=ALICE, status=status, reason="Spam in four chats.", until=end)
        tell(facts.standing_changed(event), f"event {status} {end}")
    kinds = [row.kind for row in work.notifications.rows.values()]
    assert kinds == ["account_suspended_until", "account_suspended", "account_banned", "account_restored"]
    mails = [mail.text for mail in work.mails.rows.values()]
    assert all("Spam in four chats." in text for text in mails)
    assert "January 2, 2030, 3:04\N{NARROW NO-BREAK SPACE}AM (UTC)" in mails[0]


def test_the_end_of_a_suspension_is_told_in_the_persons_zone_and_language(tell, work: FakeUnitOfWork) -> None:
    work.contacts.rows[ALICE] = contact(1, locale="de", time_zone="Europe/Berlin")
    event = StandingChanged(user_id=ALICE, status="suspended", reason="Spam.", until=datetime(2030, 7, 2, 23, 4, tzinfo=UTC))
    tell(facts.standing_changed(event), "event_1")
    (row,) = work.notifications.rows.values()
    (mail,) = work.mails.rows.values()
    told = "Ihr Konto ist bis 3. Juli 2030, 01:04 (Mitteleuropäische Sommerzeit) gesperrt: Spam."
    assert row.body == told
    assert told in mail.text
