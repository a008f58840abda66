"""Tell whether an address is free."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.context import Client
from contracts.identity.authentication import CheckAvailability
from contracts.identity.sessions import AvailabilityView
from identity.domain.throttle import of_address
from identity.usecases.ports import Accounts, LoginAttempts


@dataclass(frozen=True, slots=True)
class CheckAvailabilityHandler:
    accounts: Accounts
    attempts: LoginAttempts
    client: Callable[[], Client]
    attempts_per_address: int
    now: Callable[[], datetime]

    def __call__(self, command: CheckAvailability) -> AvailabilityView:
        """What registering would tell, against the same budget as failed logins: no faster a way to probe addresses.

        Raises:
            LoginThrottled.
        """
        address = self.client().address
        if address:
            self.attempts.count(of_address(address, self.attempts_per_address), self.now())
        return AvailabilityView(available=self.accounts.by_email(command.email) is None)
