"""Mail the token that proves an address."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.identity.events import EmailVerificationRequested
from notifications.domain.mail import Mail
from notifications.usecases.ports import Catalogue, UnitOfWork


@dataclass(frozen=True, slots=True)
class SendVerificationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    catalogue: Catalogue
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: EmailVerificationRequested) -> None:
        """The mail goes to the address in the event: it need not be the contact's yet. A token past its time is not sent."""
        now = self.now()
        with self.unit_of_work() as work:
            if event.expires_at <= now:
                return
            text = self.catalogue.render("email_verification", event.locale, {"token": event.token}, name=event.display_name, link=None)
            mail = Mail.waiting(
                self.new_id("mail"),
                user_id=event.user_id,
                to=event.email,
                subject=text.title,
                text=text.mail_text,
                html=text.mail_html,
                at=now,
            )
            work.mails.add(mail)
