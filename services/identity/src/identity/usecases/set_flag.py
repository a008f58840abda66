"""Make a feature flag, or set it anew."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.configuration import FlagView, SetFlag
from contracts.identity.events import FlagSet
from identity.domain.administration_errors import ConfigurationStale
from identity.domain.audit import AuditEntry
from identity.domain.configuration import Flag
from identity.domain.permissions import Permission
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_configuration import flag_view


@dataclass(frozen=True, slots=True)
class SetFlagHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: SetFlag, principal: Principal) -> FlagView:
        """Raises:
        NotPermitted, StepUpRequired.
        ConfigurationStale: it is no longer at the version that the caller saw.
        """
        at = self.now()
        Permission.CONFIGURE.require(principal.roles)
        principal.require_fresh(at)
        with self.unit_of_work() as work:
            before = work.configuration.flag(command.name)
            version = before.version if before else 0
            if command.expected_version not in (None, version):
                raise ConfigurationStale
            flag = _flag(command, version + 1)
            work.configuration.keep_flag(flag)
            work.emit(_fact(flag))
            details = {"before": _told(before), "after": _told(flag)}
            entry_id, target = self.new_id("action"), f"flag:{flag.name}"
            work.audit.append(AuditEntry(entry_id, "identity", principal.user_id, "flags.set", target, command.reason, at, details))
            return work.answer(flag_view(flag))


def _flag(command: SetFlag, version: int) -> Flag:
    return Flag(
        name=command.name,
        version=version,
        description=command.description,
        enabled=command.enabled,
        percentage=command.percentage,
        roles=tuple(dict.fromkeys(command.roles)),
        user_ids=tuple(dict.fromkeys(command.user_ids)),
    )


def _fact(flag: Flag) -> FlagSet:
    return FlagSet(
        name=flag.name,
        enabled=flag.enabled,
        percentage=flag.percentage,
        roles=flag.roles,
        user_ids=flag.user_ids,
        revision=flag.version,
    )


def _told(flag: Flag | None) -> str:
    """In a line, for the audit log."""
    if flag is None:
        return "none"
    state = "on" if flag.enabled else "off"
    return f"{state}, {flag.percentage} %, roles {', '.join(flag.roles) or 'none'}, {len(flag.user_ids)} people"
