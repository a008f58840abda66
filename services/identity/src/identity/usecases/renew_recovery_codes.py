"""Have new recovery codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.events import SecondFactorChanged
from contracts.identity.sessions import RecoveryCodesView
from identity.domain.errors import NoSecondFactor
from identity.usecases.live_session import live_session
from identity.usecases.ports import UnitOfWork
from identity.usecases.recovery_codes import new_recovery_codes


@dataclass(frozen=True, slots=True)
class RenewRecoveryCodesHandler:
    unit_of_work: Callable[[], UnitOfWork]
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> RecoveryCodesView:
        """The old ones are void.

        Raises:
            StepUpRequired, SessionEnded, NoSecondFactor.
        """
        at = self.now()
        principal.require_fresh(at)
        codes, digests = new_recovery_codes()
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            factors = work.factors.of(principal.user_id)
            if not factors.enrolled:
                raise NoSecondFactor
            work.factors.save(factors.with_recovery(digests))
            work.emit(SecondFactorChanged(user_id=principal.user_id, factor="recovery_codes", change="added"))
        return RecoveryCodesView(codes=codes)
