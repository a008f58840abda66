"""Mails by SendGrid's SDK."""

from __future__ import annotations

from email.utils import parseaddr
from urllib.error import URLError

from python_http_client.exceptions import HTTPError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, Email, Header, To
from sendgrid.helpers.mail import Mail as SendGridMail

from notifications.domain.mail import Mail
from notifications.usecases.ports import MailRefused

TIMEOUT_S = 10


class SendGridMailer:
    """`base_url` leads to SendGrid unless told otherwise (the sandbox)."""

    def __init__(self, api_key: str, base_url: str | None, sender: str) -> None:
        self._api = SendGridAPIClient(api_key, **({"host": base_url} if base_url else {}))
        self._api.client.timeout = TIMEOUT_S
        name, address = parseaddr(sender)
        self._sender = Email(address, name or None)
        self._domain = address.partition("@")[2]

    def send(self, mail: Mail) -> None:
        """Hand the mail over; SendGrid answers 202.

        Raises:
            MailRefused: for good when SendGrid calls the mail itself wrong (400, 413); else later (rate limit, outage, our key).
        """
        message = SendGridMail(from_email=self._sender, to_emails=To(mail.to), subject=mail.subject)
        message.content = [Content("text/plain", mail.text), Content("text/html", mail.html)]
        # The same after a retry: a mail that went out twice is one mail to servers and clients that compare ids.
        message.add_header(Header("Message-ID", f"<{mail.id}@{self._domain}>"))
        try:
            self._api.send(message)
        except HTTPError as error:
            raise MailRefused(f"SendGrid answered {error.status_code}", for_good=error.status_code in (400, 413)) from error
        except (URLError, OSError) as error:
            raise MailRefused(f"SendGrid is away: {type(error).__name__}", for_good=False) from error
