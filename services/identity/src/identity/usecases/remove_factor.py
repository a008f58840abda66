"""Do without a second factor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.authentication import RemoveFactor
from contracts.identity.events import SecondFactorChanged
from identity.domain.errors import FactorNotFound
from identity.usecases.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveFactorHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, command: RemoveFactor, principal: Principal) -> Done:
        """Raises:
        StepUpRequired.
        FactorNotFound: there is none, or it is somebody else's.
        """
        principal.require_fresh(self.now())
        with self.unit_of_work() as work:
            factors = work.factors.of(principal.user_id)
            left = factors.without(command.factor_id)
            if left is None:
                raise FactorNotFound
            work.factors.save(left)
            kind = "totp" if left.totp is not factors.totp else "passkey"
            work.emit(SecondFactorChanged(user_id=principal.user_id, factor=kind, change="removed"))
        return Done()
