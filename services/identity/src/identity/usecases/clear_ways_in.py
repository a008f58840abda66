"""Take away every way into an account but its password."""

from __future__ import annotations

from datetime import datetime

from contracts.identity.events import SecondFactorChanged
from identity.domain.credential import Kind
from identity.usecases.end_tokens import revoke
from identity.usecases.ports import UnitOfWork


def clear_ways_in(work: UnitOfWork, user_id: str, at: datetime) -> None:
    """Second factors, links and the person's own keys; in this unit of work. The owner is told of each."""
    factors = work.factors.of(user_id)
    if factors.version:
        work.factors.save(factors.cleared())
    links = work.links.of(user_id)
    for link in links:
        work.links.remove(link)
    for factor in [*(["totp"] if factors.has_totp else []), *("passkey" for _ in factors.passkeys), *("link" for _ in links)]:
        work.emit(SecondFactorChanged(user_id=user_id, factor=factor, change="removed"))
    for key in work.credentials.of(user_id, Kind.KEY):
        revoke(work, key, at)
