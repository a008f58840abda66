"""A text becomes a mail."""

from __future__ import annotations

from datetime import datetime

from notifications.domain.mail import Mail
from notifications.usecases.ports import Text


def written(
    text: Text, mail_id: str, *, user_id: str, to: str, at: datetime, expires_at: datetime | None = None, to_contact: bool = False
) -> Mail:
    return Mail.waiting(
        mail_id,
        user_id=user_id,
        to=to,
        subject=text.title,
        text=text.mail_text,
        html=text.mail_html,
        at=at,
        expires_at=expires_at,
        to_contact=to_contact,
    )
