"""Proving that an address is one's own."""

from datetime import timedelta

import pytest

from contracts.base import Done
from contracts.identity.commands import ResendVerification, VerifyEmail
from contracts.identity.events import EmailVerificationRequested, EmailVerified
from identity.domain.errors import VerificationTokenInvalid

DAY = timedelta(hours=24)
MINUTE = timedelta(minutes=1)


def verify(world, token):
    return world.verify_email(VerifyEmail(token=token))


def resend(world, email="ada@example.org"):
    return world.resend_verification(ResendVerification(email=email))


def test_the_token_from_the_mail_verifies_the_address(world, ada):
    assert verify(world, world.mailed_token) == Done()
    account = world.memory.accounts[ada.id]
    assert (account.email_verified, account.version) == (True, 2)
    [verified] = world.events(EmailVerified)
    assert (verified.user_id, verified.email) == (ada.id, ada.email)


def test_a_token_works_once(world, ada):
    verify(world, world.mailed_token)
    with pytest.raises(VerificationTokenInvalid):
        verify(world, world.mailed_token)
    assert len(world.events(EmailVerified)) == 1


def test_a_foreign_token_verifies_nothing(world, ada):
    with pytest.raises(VerificationTokenInvalid) as refusal:
        verify(world, "guessed")
    assert refusal.value.problem().fields[0].pointer == "/token"
    assert not world.memory.accounts[ada.id].email_verified


def test_a_token_expires_after_a_day(world, ada):
    world.clock.advance(DAY - timedelta(milliseconds=1))
    verify(world, world.mailed_token)
    world.registered(email="late@example.org")
    world.clock.advance(DAY)
    with pytest.raises(VerificationTokenInvalid):
        verify(world, world.mailed_token)


def test_a_resent_token_replaces_the_one_before(world, ada):
    first = world.mailed_token
    world.clock.advance(MINUTE)
    resend(world, "ADA@EXAMPLE.ORG")
    assert world.mailed_token != first
    with pytest.raises(VerificationTokenInvalid):
        verify(world, first)
    verify(world, world.mailed_token)


def test_one_mail_a_minute_at_most(world, ada):
    world.clock.advance(MINUTE - timedelta(milliseconds=1))
    resend(world)
    assert len(world.events(EmailVerificationRequested)) == 1
    world.clock.advance(timedelta(milliseconds=1))
    resend(world)
    resend(world)
    assert len(world.events(EmailVerificationRequested)) == 2


def test_the_answer_does_not_tell_whether_an_address_is_known(world, ada):
    world.clock.advance(MINUTE)
    assert resend(world) == resend(world, "nobody@example.org") == Done()
    assert {event.email for event in world.events(EmailVerificationRequested)} == {ada.email}


def test_a_verified_address_gets_no_mail(world, ada):
    verify(world, world.mailed_token)
    world.clock.advance(MINUTE)
    assert resend(world) == Done()
    assert len(world.events(EmailVerificationRequested)) == 1


def test_a_new_token_can_be_asked_for_after_the_old_one_expired(world, ada):
    world.clock.advance(DAY + MINUTE)
    resend(world)
    verify(world, world.mailed_token)
    assert world.memory.accounts[ada.id].email_verified
