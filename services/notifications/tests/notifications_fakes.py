"""Hand-written stand-ins for the ports of notifications, and sample events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, ClassVar, Self, TypeVar

from chassis.documents import StaleVersion
from contracts.base import Event, View
from contracts.challenges.terms import Category, ChallengeStatus, Difficulty, FixedReward, Visibility
from contracts.challenges.views import ChallengeView
from contracts.money import Price
from notifications.domain.invitations import Invitations
from notifications.domain.mail import Mail, MailStatus
from notifications.domain.notification import Contact, Notification
from notifications.domain.preferences import Preferences
from notifications.usecases.ports import MailRefused

V = TypeVar("V", bound=View)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def some_id(prefix: str, number: int = 1) -> str:
    return f"{prefix}_01h455vb4pex5vsknk084sn{number:03d}"


def contact(number: int = 1, **changes: object) -> Contact:
    base = Contact(some_id("user", number), 1, f"p{number}@example.com", True, f"Person {number}", "en", "UTC", 1)
    return replace(base, **changes)  # type: ignore[arg-type]


def private_challenge(**changes: Any) -> ChallengeView:
    """An open one, of the third person."""
    fields: dict[str, Any] = {
        "id": some_id("challenge"),
        "version": 1,
        "status": ChallengeStatus.OPEN,
        "challenger_id": some_id("user", 3),
        "title": "Maps",
        "description": "Of everywhere.",
        "category": Category.DATA,
        "difficulty": Difficulty.EXPERT,
        "skills": (),
        "tags": (),
        "reward": FixedReward(amount=Price(amount_minor=5_000, currency="EUR")),
        "milestones": (),
        "deadline": NOW + timedelta(days=9),
        "visibility": Visibility.PRIVATE,
        "invited_user_ids": (),
        "applications_count": 0,
        "accepted_application_id": None,
        "solver_id": None,
        "cancel_reason": None,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW,
        "completed_at": None,
    }
    return ChallengeView.model_validate(fields | changes)


def about(view: ChallengeView) -> dict[str, Any]:
    """What a fact of a challenge says that tells all of it."""
    return {"challenge_id": view.id, "challenge_title": view.title, "challenger_id": view.challenger_id, "challenge": view}


class FakeContacts:
    def __init__(self) -> None:
        self.rows: dict[str, Contact] = {}

    def get(self, user_id: str) -> Contact | None:
        return self.rows.get(user_id)

    def add(self, added: Contact) -> None:
        assert added.user_id not in self.rows
        self.rows[added.user_id] = added

    def save(self, saved: Contact) -> None:
        assert self.rows[saved.user_id].version == saved.version
        self.rows[saved.user_id] = replace(saved, version=saved.version + 1)


class FakeNotifications:
    def __init__(self) -> None:
        self.rows: dict[str, Notification] = {}

    def add(self, notification: Notification) -> int:
        self.rows[notification.id] = notification
        return self.unread_count(notification.user_id)

    def mark_read(self, user_id: str, ids: Sequence[str] | None, at: datetime) -> int:
        for row in list(self.rows.values()):
            if row.user_id == user_id and row.read_at is None and (ids is None or row.id in ids):
                self.rows[row.id] = replace(row, read_at=at, version=row.version + 1)
        return self.unread_count(user_id)

    def page(self, user_id: str, *, unread: bool, cursor: str | None, limit: int) -> tuple[list[Notification], str | None]:
        own = [row for row in self.rows.values() if row.user_id == user_id and not (unread and row.read_at)]
        ordered = sorted((row for row in own if cursor is None or row.id < cursor), key=lambda row: row.id, reverse=True)
        return ordered[:limit], ordered[limit - 1].id if len(ordered) > limit else None

    def unread_count(self, user_id: str) -> int:
        return sum(row.user_id == user_id and row.read_at is None for row in self.rows.values())


class FakePreferences:
    def __init__(self) -> None:
        self.rows: dict[str, Preferences] = {}

    def of(self, user_id: str) -> Preferences:
        return self.rows.get(user_id, Preferences(user_id))

    def save(self, preferences: Preferences) -> Preferences:
        self.rows[preferences.user_id] = replace(preferences, version=preferences.version + 1)
        return self.rows[preferences.user_id]


class FakeInvitations:
    def __init__(self) -> None:
        self.rows: dict[str, Invitations] = {}

    def of(self, challenge_id: str) -> Invitations:
        return self.rows.get(challenge_id, Invitations(challenge_id))

    def save(self, invitations: Invitations) -> None:
        if self.of(invitations.challenge_id).version != invitations.version:
            raise StaleVersion
        self.rows[invitations.challenge_id] = replace(invitations, version=invitations.version + 1)


class FakeMails:
    def __init__(self) -> None:
        self.rows: dict[str, Mail] = {}

    def add(self, mail: Mail) -> None:
        self.rows[mail.id] = mail

    def get(self, mail_id: str) -> Mail | None:
        return self.rows.get(mail_id)

    def save(self, mail: Mail) -> Mail:
        assert self.rows[mail.id].version == mail.version
        self.rows[mail.id] = replace(mail, version=mail.version + 1)
        return self.rows[mail.id]

    def claimable(self, at: datetime, limit: int) -> list[str]:
        waiting = [row for row in self.rows.values() if row.status in (MailStatus.PENDING, MailStatus.SENDING)]
        due = sorted((row for row in waiting if row.due_at <= at), key=lambda row: row.due_at)
        set_back = sorted((row for row in waiting if row.dated_from > at), key=lambda row: row.dated_from)
        return [row.id for row in (*due, *set_back)][:limit]


class FakeUnitOfWork:
    """Entered again and again; keeps what was emitted in `events`, but only of transactions that came to their end."""

    erased_people: ClassVar[set[str]] = set()  # of a test that says so

    def __init__(self) -> None:
        self.contacts, self.notifications = FakeContacts(), FakeNotifications()
        self.preferences, self.invitations, self.mails = FakePreferences(), FakeInvitations(), FakeMails()
        self.events: list[Event] = []
        self._emitted: list[Event] = []

    def __enter__(self) -> Self:
        self._emitted = []
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is None:
            self.events += self._emitted

    def emit(self, event: Event) -> None:
        self._emitted.append(event)

    def erased(self, user_id: str) -> bool:
        return user_id in self.erased_people

    def answer(self, view: V) -> V:
        return view


class FakeMailer:
    def __init__(self) -> None:
        self.sent: list[Mail] = []
        self.refuse: MailRefused | None = None

    def send(self, mail: Mail) -> None:
        if self.refuse:
            raise self.refuse
        self.sent.append(mail)
