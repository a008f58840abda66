"""While the platform is read-only, clients change nothing: the setting `maintenance.read_only`, as this replica last heard of it."""

from __future__ import annotations

import structlog

from chassis.rpc_client import InternalError
from contracts.base import Event
from contracts.errors import Kind, Problem, ProblemError
from contracts.identity.configuration import GetClientConfiguration
from contracts.identity.events import SettingChanged
from gateway.rounds import Rounds
from gateway.rpc import Rpc

SETTING = "maintenance.read_only"
_ASK_EVERY_S = 15.0  # an event may be missed: this replica hears none while the broker is away from it
_RETRY_AFTER_S = 60
_log = structlog.get_logger(__name__)


class Maintenance:
    """Changes of the setting are heard at once; what it is at the start, and after a gap, identity is asked for."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self.rounds = Rounds("maintenance", _ASK_EVERY_S, self.ask)
        self.read_only = False

    def refuse(self) -> None:
        """Let a change pass.

        Raises:
            ProblemError: the platform is read-only.
        """
        if self.read_only:
            detail = "The platform is being looked after: you can read, but not change anything for the moment."
            raise ProblemError(Problem(kind=Kind.UNAVAILABLE, code="gateway.read_only", detail=detail, retry_after_s=_RETRY_AFTER_S))

    def hear(self, event: Event) -> None:
        if isinstance(event, SettingChanged) and event.name == SETTING:
            self.read_only = event.value is True

    async def ask(self) -> None:
        """Ask identity; while it does not answer, what was last heard holds."""
        try:
            configuration = await self._rpc.call(GetClientConfiguration())
        except (ProblemError, InternalError) as error:
            _log.warning("maintenance_unknown", error=str(error))
        except Exception:  # an answer that this version cannot read, say: who asks goes on asking
            _log.exception("maintenance_unknown")
        else:
            self.read_only = configuration.settings.get(SETTING) is True
