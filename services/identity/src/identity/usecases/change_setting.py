"""Give a setting of the platform another value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.identity.configuration import ChangeSetting, SettingView
from contracts.identity.events import SettingChanged
from identity.domain.audit import AuditEntry
from identity.domain.permissions import Permission
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_configuration import setting_view


@dataclass(frozen=True, slots=True)
class ChangeSettingHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, command: ChangeSetting, principal: Principal) -> SettingView:
        """Raises:
        NotPermitted, StepUpRequired, SettingUnknown, SettingInvalid, ConfigurationStale.
        """
        at = self.now()
        Permission.CONFIGURE.require(principal.roles)
        principal.require_fresh(at)
        with self.unit_of_work() as work:
            setting = work.configuration.setting(command.name)
            changed = setting.changed(command.value, command.expected_version)
            work.configuration.keep_setting(changed)
            work.emit(SettingChanged(name=changed.name, value=changed.value, revision=changed.version))
            details = {"before": str(setting.value), "after": str(changed.value)}
            entry_id, target = self.new_id("action"), f"setting:{setting.name}"
            work.audit.append(AuditEntry(entry_id, "identity", principal.user_id, "settings.changed", target, command.reason, at, details))
            return work.answer(setting_view(changed))
