"""Handing mails to the provider."""

from dataclasses import replace
from datetime import timedelta

import pytest
from notifications_fakes import NOW, FakeMailer, FakeUnitOfWork, contact, some_id

from chassis.clock import FixedClock
from contracts.identity.events import EmailChangeRequested, EmailVerificationRequested, InvitationSent
from contracts.notifications.views import NotificationCategory
from notifications.domain.facts import Fact
from notifications.domain.mail import LEASE, SCHEDULE, Mail, MailStatus
from notifications.usecases.ports import MailRefused
from notifications.usecases.send_mails import BATCH, LONGEST_ROUND_S, SendMailsHandler
from notifications.usecases.send_verification import SendVerificationHandler
from notifications.usecases.tell import TellHandler


@pytest.fixture
def send_mails(work: FakeUnitOfWork, mailer: FakeMailer, clock: FixedClock) -> SendMailsHandler:
    return SendMailsHandler(lambda: work, work.mails, mailer, clock.now)


@pytest.fixture
def request_verification(work, catalogue, new_id, clock):
    handler = SendVerificationHandler(lambda: work, catalogue, new_id, clock.now)

    def request(expires_in: timedelta = timedelta(hours=24)) -> None:
        handler(
            EmailVerificationRequested(
                user_id=some_id("user"), email="a@example.com", display_name="Ann", locale="en", token="t0ken", expires_at=NOW + expires_in
            )
        )

    return request


@pytest.fixture
def told(work, catalogue, new_id, clock) -> Mail:
    """A mail about a fact, to a person's contact address."""
    work.contacts.add(contact(1))
    fact = Fact(some_id("user", 1), NotificationCategory.WORK, "work_submitted", {"challenge": "Maps", "milestone": "Design"})
    TellHandler(lambda: work, catalogue, new_id, clock.now)([fact], "event_1")
    (mail,) = work.mails.rows.values()
    return mail


def waiting(number: int) -> Mail:
    return Mail.waiting(some_id("mail", number), user_id=some_id("user"), to="a@example.com", subject="S", text="T", html="H", at=NOW)


def test_the_token_is_mailed_once_and_then_forgotten(request_verification, send_mails, mailer: FakeMailer, work: FakeUnitOfWork) -> None:
    request_verification()
    send_mails()
    send_mails()
    (sent,) = mailer.sent
    assert "t0ken" in sent.text
    (row,) = work.mails.rows.values()
    assert (row.status, row.text, row.html) == (MailStatus.SENT, "", "")


def test_an_expired_token_is_not_sent(request_verification, work: FakeUnitOfWork) -> None:
    request_verification(timedelta(seconds=-1))
    assert work.mails.rows == {}


def test_a_refused_mail_is_tried_by_the_schedule_and_then_fails(
    request_verification, send_mails, mailer: FakeMailer, work: FakeUnitOfWork, clock: FixedClock
) -> None:
    request_verification()
    mailer.refuse = MailRefused("503", for_good=False)
    for delay in SCHEDULE:
        send_mails()
        (row,) = work.mails.rows.values()
        assert (row.status, row.due_at) == (MailStatus.PENDING, clock.now() + delay)
        send_mails()
        assert work.mails.rows[row.id].attempts == row.attempts, "not before it is due"
        clock.advance(delay)
    send_mails()
    (row,) = work.mails.rows.values()
    assert (row.status, row.error, row.text) == (MailStatus.FAILED, "503", "")


def test_a_mail_the_provider_calls_wrong_is_not_tried_again(request_verification, send_mails, mailer, work: FakeUnitOfWork) -> None:
    request_verification()
    mailer.refuse = MailRefused("400", for_good=True)
    send_mails()
    (row,) = work.mails.rows.values()
    assert row.status is MailStatus.FAILED


def test_a_mail_whose_sender_died_is_taken_over_after_the_lease(request_verification, send_mails, mailer, work, clock: FixedClock) -> None:
    request_verification()
    (mail,) = work.mails.rows.values()
    work.mails.save(mail.claim(clock.now()))
    send_mails()
    assert mailer.sent == []
    clock.advance(LEASE)
    send_mails()
    assert [sent.id for sent in mailer.sent] == [mail.id]


@pytest.mark.parametrize("refusals", [0, 1, len(SCHEDULE)])
def test_a_clock_that_is_set_back_delays_no_mail(
    request_verification, send_mails, mailer: FakeMailer, work: FakeUnitOfWork, clock: FixedClock, refusals: int
) -> None:
    request_verification()
    mailer.refuse = MailRefused("503", for_good=False)
    for delay in SCHEDULE[:refusals]:
        send_mails()
        clock.advance(delay)
    mailer.refuse = None
    clock.advance(timedelta(hours=-12))
    send_mails()
    assert len(mailer.sent) == 1


def test_a_clock_that_is_set_back_leaves_no_mail_with_a_dead_sender(
    request_verification, send_mails, mailer, work, clock: FixedClock
) -> None:
    request_verification()
    (mail,) = work.mails.rows.values()
    work.mails.save(mail.claim(clock.now()))
    clock.advance(timedelta(minutes=-10))
    send_mails()
    assert [sent.id for sent in mailer.sent] == [mail.id]


def invitation() -> InvitationSent:
    return InvitationSent(
        organisation_id=some_id("organisation"),
        organisation_name="Acme",
        invitation_id=some_id("invitation"),
        email="grace@example.com",
        role="member",
        token="t0ken",
        expires_at=NOW + timedelta(days=14),
    )


def test_an_invitation_goes_to_the_address_whoever_has_it(work: FakeUnitOfWork, catalogue, new_id, clock) -> None:
    handler = SendVerificationHandler(lambda: work, catalogue, new_id, clock.now)
    invited = invitation()
    handler.invitation(invited)
    handler.invitation(invited.model_copy(update={"expires_at": NOW}))
    (mail,) = work.mails.rows.values()
    assert (mail.to, mail.subject) == ("grace@example.com", "Somebody wants you in Acme")
    assert "t0ken" in mail.text


def test_mails_that_wait_for_a_retry_do_not_hold_up_the_others(
    send_mails, mailer: FakeMailer, work: FakeUnitOfWork, clock: FixedClock
) -> None:
    for number in range(BATCH):
        work.mails.add(waiting(number))
    mailer.refuse = MailRefused("503", for_good=False)
    send_mails()
    mailer.refuse = None
    work.mails.add(waiting(BATCH))
    send_mails()
    assert [sent.id for sent in mailer.sent] == [some_id("mail", BATCH)]
    clock.advance(SCHEDULE[0])
    send_mails()
    assert len(mailer.sent) == BATCH + 1


def test_a_round_ends_when_its_time_is_up_and_the_next_one_goes_on(work: FakeUnitOfWork, mailer: FakeMailer, clock: FixedClock) -> None:
    for number in range(3):
        work.mails.add(waiting(number))
    elapsed = [0.0]

    class Slow:
        def send(self, mail: Mail) -> None:
            elapsed[0] += 0.75 * LONGEST_ROUND_S
            mailer.send(mail)

    send_mails = SendMailsHandler(lambda: work, work.mails, Slow(), clock.now, lambda: elapsed[0])
    send_mails()
    assert len(mailer.sent) == 2
    assert work.mails.rows[some_id("mail", 2)] == waiting(2), "nobody has claimed what is left"
    send_mails()
    assert len(mailer.sent) == 3


def test_a_token_that_expires_while_its_mail_waits_is_not_sent(
    request_verification, send_mails, mailer: FakeMailer, work: FakeUnitOfWork, clock: FixedClock
) -> None:
    request_verification(timedelta(minutes=1))
    mailer.refuse = MailRefused("503", for_good=False)
    for delay in SCHEDULE[:3]:
        send_mails()
        clock.advance(delay)
    mailer.refuse = None
    send_mails()
    assert mailer.sent == []
    (row,) = work.mails.rows.values()
    assert (row.status, row.error, row.text, row.html) == (MailStatus.FAILED, "expired", "", "")


@pytest.mark.parametrize(("minutes", "sent"), [(59, 2), (60, 1)])
def test_of_a_change_of_address_the_token_expires_and_the_notice_does_not(
    work: FakeUnitOfWork, catalogue, new_id, send_mails, mailer: FakeMailer, clock: FixedClock, minutes: int, sent: int
) -> None:
    handler = SendVerificationHandler(lambda: work, catalogue, new_id, clock.now)
    handler.change(
        EmailChangeRequested(
            user_id=some_id("user"),
            email="new@example.com",
            previous_email="old@example.com",
            display_name="Ann",
            locale="en",
            token="t0ken",
            expires_at=NOW + timedelta(hours=1),
        )
    )
    clock.advance(timedelta(minutes=minutes))
    send_mails()
    assert [mail.to for mail in mailer.sent] == ["old@example.com", "new@example.com"][:sent]


def test_a_mail_goes_to_where_the_person_is_reached_when_it_goes_out(
    told: Mail, send_mails, mailer: FakeMailer, work: FakeUnitOfWork
) -> None:
    work.contacts.save(contact(1, email="new@example.com"))
    send_mails()
    assert [(sent.id, sent.to) for sent in mailer.sent] == [(told.id, "new@example.com")]
    assert work.mails.rows[told.id].to == "new@example.com"


@pytest.mark.parametrize("left", [None, contact(1, email_verified=False)])
def test_who_is_reached_nowhere_any_more_gets_no_mail(told: Mail, send_mails, mailer: FakeMailer, work: FakeUnitOfWork, left) -> None:
    work.contacts.rows = {left.user_id: left} if left else {}
    send_mails()
    send_mails()
    assert mailer.sent == []
    row = work.mails.rows[told.id]
    assert (row.status, row.error, row.text, row.html) == (MailStatus.FAILED, "no address", "", "")


def test_a_token_goes_to_the_address_it_proves_wherever_the_person_is_reached(
    request_verification, send_mails, mailer: FakeMailer, work: FakeUnitOfWork
) -> None:
    request_verification()
    work.contacts.add(replace(contact(1, email="other@example.com"), user_id=some_id("user")))
    send_mails()
    assert [sent.to for sent in mailer.sent] == ["a@example.com"]


@pytest.mark.parametrize("refuse", [None, MailRefused("400", for_good=True)])
def test_an_address_that_is_no_accounts_is_forgotten_with_the_mail(
    work: FakeUnitOfWork, catalogue, new_id, clock, send_mails, mailer: FakeMailer, refuse: MailRefused | None
) -> None:
    handler = SendVerificationHandler(lambda: work, catalogue, new_id, clock.now)
    handler.invitation(invitation())
    mailer.refuse = refuse
    send_mails()
    assert [sent.to for sent in mailer.sent] == ([] if refuse else ["grace@example.com"])
    (row,) = work.mails.rows.values()
    assert (row.to, row.text) == ("", "")
