"""Take a file away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal
from contracts.base import Done
from contracts.identity.showcase import RemoveFile
from identity.usecases.showcase_ports import Begin


@dataclass(frozen=True, slots=True)
class RemoveFileHandler:
    begin: Begin
    now: Callable[[], datetime]

    def __call__(self, command: RemoveFile, principal: Principal) -> Done:
        """Raises:
        FileNotFound: also of files of others.
        """
        with self.begin() as work:
            showcase, removed = work.showcases.of(principal.user_id).without_file(command.file_id)
            work.showcases.save(showcase)
            work.removals.add((removed.key,), self.now(), principal.user_id)
            return work.answer(Done())
