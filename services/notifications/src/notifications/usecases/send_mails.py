"""Hand waiting mails to the provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.crash_points import declare, reached
from notifications.domain.mail import Mail
from notifications.usecases.ports import Mailer, MailQueue, MailRefused, UnitOfWork

BATCH = 50
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

    def __call__(self) -> None:
        for mail_id in self.queue.waiting(BATCH):
            mail = self._claim(mail_id)
            if mail is not None:
                reached("mail.claimed")
                self._settle(self._send(mail))

    def _claim(self, mail_id: str) -> Mail | None:
        with self.unit_of_work() as work:
            mail = work.mails.get(mail_id)
            claimed = mail.claim(self.now()) if mail else None
            return work.mails.save(claimed) if claimed else None

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
