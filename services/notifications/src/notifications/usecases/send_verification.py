"""Mail what an address alone shall learn: tokens that prove it, and that somebody wants to leave it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.events import EmailChangeRequested, EmailVerificationRequested, InvitationSent, PasswordResetRequested
from notifications.domain.mail import Mail
from notifications.usecases.ports import Catalogue, UnitOfWork
from notifications.usecases.writing import written

Requested = EmailVerificationRequested | PasswordResetRequested | EmailChangeRequested


@dataclass(frozen=True, slots=True)
class SendVerificationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    catalogue: Catalogue
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: EmailVerificationRequested) -> None:
        """The mail goes to the address in the event: it need not be the contact's yet. A token past its time is not sent."""
        self._send("email_verification", event)

    def reset(self, event: PasswordResetRequested) -> None:
        self._send("password_reset", event)

    def change(self, event: EmailChangeRequested) -> None:
        """The token goes to the new address; the old one hears of it, whatever becomes of the new one."""
        self._send("email_change", event, notice=("email_change_notice", event.previous_email))

    def invitation(self, event: InvitationSent) -> None:
        """To whoever has the address: nobody may be known by it yet, so nothing is known of their name and language."""
        now = self.now()
        words = {"organisation": event.organisation_name, "token": event.token}
        name = event.email.partition("@")[0]
        text = self.catalogue.render("organisation_invitation", "en", words, name=name, link=None)
        with self.unit_of_work() as work:
            if event.expires_at > now:
                mail_id = self.new_id("mail")
                work.mails.add(written(text, mail_id, user_id=event.invitation_id, to=event.email, at=now, expires_at=event.expires_at))

    def _send(self, kind: str, event: Requested, notice: tuple[str, str] | None = None) -> None:
        now = self.now()
        with self.unit_of_work() as work:
            if work.erased(event.user_id):
                return
            if notice is not None:
                work.mails.add(self._mail(notice[0], event, notice[1], {"email": event.email}, now))
            if event.expires_at > now:
                work.mails.add(self._mail(kind, event, event.email, {"token": event.token}, now, event.expires_at))

    def _mail(self, kind: str, event: Requested, to: str, words: dict[str, str], now: datetime, expires_at: datetime | None = None) -> Mail:
        text = self.catalogue.render(kind, event.locale, words, name=event.display_name, link=None)
        return written(text, self.new_id("mail"), user_id=event.user_id, to=to, at=now, expires_at=expires_at)
