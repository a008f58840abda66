"""Who brought whom: a code for each person, attribution once, and when it has paid off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from identity.domain.account import email_key
from identity.domain.referral_errors import ReferralLoop, ReferralTooLate, SelfReferral

CLAIM_WITHIN = timedelta(days=14)
_LONGEST_CHAIN = 1_000


@dataclass(frozen=True, slots=True)
class Referral:
    """Known by the person who came; at most one."""

    user_id: str
    version: int
    referrer_id: str
    code: str
    attributed_at: datetime
    qualified_at: datetime | None = None

    def qualified(self, at: datetime) -> Referral | None:
        """None where it was before."""
        return None if self.qualified_at is not None else replace(self, qualified_at=at, version=self.version + 1)


def refuse_oneself(referrer_id: str, referrer_email: str, user_id: str, email: str) -> None:
    """Raises:
    SelfReferral: the same person, or a second account with a tagged form of the same address (ada+2@…).
    """
    if referrer_id == user_id or _mailbox(referrer_email) == _mailbox(email):
        raise SelfReferral


def refuse_late(registered_at: datetime, at: datetime) -> None:
    """Raises:
    ReferralTooLate.
    """
    if at >= registered_at + CLAIM_WITHIN:
        raise ReferralTooLate


def refuse_loop(user_id: str, referrer_id: str, referrer_of: Callable[[str], str | None]) -> None:
    """Raises:
    ReferralLoop: the referrer came, over however many others, by this very person.
    """
    above: str | None = referrer_id
    for _ in range(_LONGEST_CHAIN):
        if above is None:
            return
        if above == user_id:
            raise ReferralLoop
        above = referrer_of(above)
    raise ReferralLoop


def _mailbox(email: str) -> str:
    """RFC 5233: what follows a plus sign sorts mail, it makes no other mailbox."""
    name, _, domain = email_key(email).partition("@")
    return f"{name.partition('+')[0]}@{domain}"
