"""Do without a login elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.authentication import RemoveLink
from contracts.identity.events import SecondFactorChanged
from identity.domain.errors import LastWayIn, LinkNotFound
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveLinkHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: RemoveLink, principal: Principal) -> Done:
        """Raises:
        StepUpRequired, LinkNotFound.
        LastWayIn: there is no password, no passkey and no other link.
        """
        principal.require_fresh(self.now())
        with self.unit_of_work() as work:
            links = work.links.of(principal.user_id)
            removed = [link for link in links if link.provider == command.provider]
            if not removed:
                raise LinkNotFound
            account = work.accounts.get(principal.user_id)
            others = len(links) > len(removed) or work.factors.of(principal.user_id).passkeys
            if account is not None and account.password_hash is None and not others:
                raise LastWayIn
            for link in removed:
                work.links.remove(link)
            work.emit(SecondFactorChanged(user_id=principal.user_id, factor="link", change="removed"))
        return Done()
