"""Handing mails to the provider."""

from datetime import timedelta

import pytest
from notifications_fakes import NOW, FakeMailer, FakeUnitOfWork, some_id

from chassis.clock import FixedClock
from contracts.identity.events import EmailVerificationRequested, InvitationSent
from notifications.domain.mail import LEASE, SCHEDULE, MailStatus
from notifications.usecases.ports import MailRefused
from notifications.usecases.send_mails import SendMailsHandler
from notifications.usecases.send_verification import SendVerificationHandler


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


def test_an_invitation_goes_to_the_address_whoever_has_it(work: FakeUnitOfWork, catalogue, new_id, clock) -> None:
    handler = SendVerificationHandler(lambda: work, catalogue, new_id, clock.now)
    invited = InvitationSent(
        organisation_id=some_id("organisation"),
        organisation_name="Acme",
        invitation_id=some_id("invitation"),
        email="grace@example.com",
        role="member",
        token="t0ken",
        expires_at=NOW + timedelta(days=14),
    )
    handler.invitation(invited)
    handler.invitation(invited.model_copy(update={"expires_at": NOW}))
    (mail,) = work.mails.rows.values()
    assert (mail.to, mail.subject) == ("grace@example.com", "Somebody wants you in Acme")
    assert "t0ken" in mail.text
