"""Our copy of people, fed by events that may come out of order."""

import pytest
from notifications_fakes import FakeUnitOfWork, some_id

from chassis.retry import NotYet
from contracts.identity.events import EmailChanged, EmailVerified, ProfileUpdated, UserRegistered
from contracts.identity.roles import Role
from notifications.usecases.keep_contact import KeepContactHandler

USER = some_id("user")


def profile(name: str) -> ProfileUpdated:
    return ProfileUpdated(
        user_id=USER,
        display_name=name,
        roles=(Role.SOLVER,),
        headline=None,
        bio=None,
        skills=(),
        languages=(),
        time_zone="UTC",
        locale="fr",
    )


@pytest.fixture
def keep_contact(work: FakeUnitOfWork) -> KeepContactHandler:
    handler = KeepContactHandler(lambda: work)
    registered = UserRegistered(
        user_id=USER, email="a@example.com", display_name="Ann", roles=(Role.SOLVER,), locale="en", time_zone="UTC",
        registered_at="2026-03-01T12:00:00Z",
    )  # fmt: skip
    handler.registered(registered, 1)
    return handler


def test_a_verified_address_is_marked(keep_contact: KeepContactHandler, work: FakeUnitOfWork) -> None:
    assert not work.contacts.rows[USER].email_verified
    keep_contact.addressed(EmailVerified(user_id=USER, email="a@example.com"), 2)
    assert work.contacts.rows[USER].email_verified


def test_an_older_profile_does_not_overwrite_a_newer_one(keep_contact: KeepContactHandler, work: FakeUnitOfWork) -> None:
    keep_contact.updated(profile("Newer"), 5)
    keep_contact.updated(profile("Older"), 4)
    assert (work.contacts.rows[USER].display_name, work.contacts.rows[USER].locale) == ("Newer", "fr")


@pytest.mark.parametrize(
    "late",
    [
        (EmailVerified(user_id=USER, email="a@example.com"), 2),
        (EmailChanged(user_id=USER, email="b@example.com", previous_email="a@example.com"), 3),
    ],
)
def test_mails_do_not_go_back_to_an_address_that_was_left(
    keep_contact: KeepContactHandler, work: FakeUnitOfWork, late: tuple[EmailVerified | EmailChanged, int]
) -> None:
    keep_contact.updated(profile("Ann"), 7)  # another sequence than the address's
    keep_contact.addressed(EmailChanged(user_id=USER, email="c@example.com", previous_email="b@example.com"), 6)
    keep_contact.addressed(*late)
    kept = work.contacts.rows[USER]
    assert (kept.email, kept.email_verified, kept.display_name) == ("c@example.com", True, "Ann")


def test_what_comes_before_the_registration_waits(work: FakeUnitOfWork) -> None:
    handler = KeepContactHandler(lambda: work)
    with pytest.raises(NotYet):
        handler.addressed(EmailVerified(user_id=USER, email="a@example.com"), 2)
    with pytest.raises(NotYet):
        handler.updated(profile("Ann"), 2)


def test_old_events_bring_nobody_back(work: FakeUnitOfWork) -> None:
    work.erased_people = {USER}
    handler = KeepContactHandler(lambda: work)
    handler.registered(
        UserRegistered(
            user_id=USER, email="a@example.com", display_name="Ann", roles=(Role.SOLVER,), locale="en", time_zone="UTC",
            registered_at="2026-03-01T12:00:00Z",
        ), 1,
    )  # fmt: skip
    handler.updated(profile("Ann"), 2)
    handler.addressed(EmailVerified(user_id=USER, email="a@example.com"), 2)
    assert work.contacts.rows == {}
