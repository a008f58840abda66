"""Hand waiting mails to the provider."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chassis.crash_points import declare, reached
from notifications.domain.mail import Mail, MailStatus
from notifications.usecases.ports import Mailer, MailQueue, MailRefused, UnitOfWork

BATCH = 50
LONGEST_ROUND_S = 5.0  # and one mail: whoever stops the service waits for the round, and a slow provider must not make that a batch
declare(
    {
        "mail.claimed": "the mail is this process's for the time of its lease, the provider does not know of it",
        "mail.handed_over": "the provider has taken or refused the mail, that is not recorded",
    }
)


@dataclass(frozen=True, slots=True)
class SendMailsHandler:
    """Safe in several replicas: a mail is claimed in a transaction of its own before it is sent."""

    unit_of_work: Callable[[], UnitOfWork]
    queue: MailQueue
    mailer: Mailer
    now: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic

    def __call__(self) -> None:
        """What is left when the time is up goes with the next round."""
        began = self.monotonic()
        for mail_id in self.queue.claimable(self.now(), BATCH):
            if self.monotonic() - began >= LONGEST_ROUND_S:
                return
            mail = self._claim(mail_id)
            if mail is not None:
                reached("mail.claimed")
                self._settle(self._send(mail))

    def _claim(self, mail_id: str) -> Mail | None:
        at = self.now()
        with self.unit_of_work() as work:
            mail = work.mails.get(mail_id)
            claimed = mail.claim(at) if mail else None
            if claimed is None:
                return None
            saved = work.mails.save(_as_of_now(work, claimed, at))
        return saved if saved.status is MailStatus.SENDING else None

    def _send(self, mail: Mail) -> Mail:
        try:
            self.mailer.send(mail)
        except MailRefused as refusal:
            return mail.refused(str(refusal), for_good=refusal.for_good, at=self.now())
        return mail.sent()

    def _settle(self, mail: Mail) -> None:
        reached("mail.handed_over")
        with self.unit_of_work() as work:
            work.mails.save(mail)


def _as_of_now(work: UnitOfWork, mail: Mail, at: datetime) -> Mail:
    """It was written hours ago, perhaps: tokens expire, and people change their address or leave."""
    if mail.expired(at):
        return mail.dropped("expired")
    if not mail.to_contact:
        return mail
    contact = work.contacts.get(mail.user_id)
    if contact is None or not contact.email_verified:
        return mail.dropped("no address")
    return replace(mail, to=contact.email)
