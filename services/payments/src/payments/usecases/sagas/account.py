"""The step that finds, or makes, the Stripe account a person's money is sent to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.crash_points import declare, reached
from payments.domain.errors import InvariantBroken
from payments.domain.payout_account import PayoutAccount
from payments.domain.saga import Saga, Step
from payments.usecases.ports import PaymentProvider, UnitOfWork, UnitsOfWork
from payments.usecases.sagas.recording import recording

declare({"saga.account_created": "Stripe has made the account, it is not recorded"})


@dataclass(frozen=True, slots=True)
class AccountStep:
    """The key is made of the person, not of the saga: two sagas that need the account at once make one.

    A crash before the account is recorded makes it anew under the same key: the same account. Past the key's life an
    empty account may be left over at Stripe; no money can be in it, because money is sent to recorded accounts only.
    """

    unit_of_work: UnitsOfWork
    provider: PaymentProvider
    now: Callable[[], datetime]

    def advance(self, saga: Saga, user_id: str, then: Step) -> Saga:
        """See to it that the person has an account; the saga goes on to `then`.

        Raises:
            ProviderUnavailable, ProviderRefused, TakenOver.
        """
        with self.unit_of_work() as work:
            known = work.payout_accounts.get(user_id)
        made = None
        if known is None:
            made = self.provider.create_account(user_id, key=f"account:{user_id}:{saga.round}")
            reached("saga.account_created")
        with recording(self.unit_of_work, saga) as work:
            if made is not None and work.payout_accounts.get(user_id) is None:
                work.payout_accounts.add(PayoutAccount.opened(user_id, *made, self.now()))
            return work.sagas.save(saga.to(then, self.now()))


def account_of(work: UnitOfWork, user_id: str) -> str:
    """The account that the step before has recorded."""
    account = work.payout_accounts.get(user_id)
    if account is None:
        raise InvariantBroken(f"{user_id} has no account to send money to")
    return account.account_id
