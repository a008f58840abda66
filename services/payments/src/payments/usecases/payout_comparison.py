"""Which payouts the ledger and the connected accounts' own books tell of, in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from payments.domain.payout_account import PayoutAccount
from payments.domain.reconciliation import CAME_BACK, SENT, Line, PayoutMovement, joined, payout_line_of
from payments.domain.saga import PayoutOrder
from payments.usecases.ports import UnitOfWork, UnitsOfWork
from payments.usecases.reconciliation_ports import AccountGone, ProcessorBooks

log = structlog.get_logger(__name__)
_ACCOUNTS_AT_ONCE = 100
Lines = dict[tuple[str, str], Line]


@dataclass(frozen=True, slots=True)
class PaidOut:
    """By journal key and currency."""

    ours: Lines
    theirs: Lines


@dataclass(frozen=True, slots=True)
class PayoutComparison:
    """Every account is asked, also those without a payout of ours: a payout that nobody asked us for is what must be found."""

    unit_of_work: UnitsOfWork
    books: ProcessorBooks

    def of(self, since: datetime, until: datetime, *, late: timedelta) -> PaidOut:
        """The lines of a time, and those of up to `late` around it that belong to them: the ledger sets money aside before the
        processor is asked, and hears later that it came back. What was set aside and given back without being sent is in neither.

        Raises:
            ProviderUnavailable.
        """
        theirs: Lines = {}
        for account in self._accounts():
            theirs |= self._told_by(account, since, until)
        with self.unit_of_work() as work:
            ours = _journals(work, since, until, theirs)
        missing = [place for place in ours if place not in theirs]
        around: Lines = {}
        for account in self._accounts_behind(key for key, _ in missing):
            around |= self._told_by(account, since - late, until + late)
        sent = {key for key, _ in around}
        with self.unit_of_work() as work:
            for place in missing:
                if place in around:
                    theirs[place] = around[place]
                elif _was_never_sent(work, place[0], sent):
                    del ours[place]
        return PaidOut(ours, theirs)

    def _accounts(self) -> Iterator[PayoutAccount]:
        last = ""
        while True:
            with self.unit_of_work() as work:
                accounts = work.payout_accounts.after(last, _ACCOUNTS_AT_ONCE)
            yield from accounts
            if len(accounts) < _ACCOUNTS_AT_ONCE:
                return
            last = accounts[-1].user_id

    def _accounts_behind(self, keys: Iterable[str]) -> list[PayoutAccount]:
        with self.unit_of_work() as work:
            payouts = (work.payouts.get(_payout_id(key)) for key in keys)
            people = dict.fromkeys(payout.user_id for payout in payouts if payout is not None)
            accounts = (work.payout_accounts.get(user_id) for user_id in people)
            return [account for account in accounts if account is not None]

    def _told_by(self, account: PayoutAccount, since: datetime, until: datetime) -> Lines:
        try:
            movements = list(self.books.payouts(account.account_id, since, until))
        except AccountGone:  # what the ledger tells of it is a difference, and the others are compared
            log.warning("payout_account_gone", user_id=account.user_id, account_id=account.account_id)
            return {}
        with self.unit_of_work() as work:
            return joined(_line(work, account, movement) for movement in movements)


def _line(work: UnitOfWork, account: PayoutAccount, movement: PayoutMovement) -> Line:
    """Under the key of its journal, or of the one that it should have; what is not this person's payout has none."""
    saga = work.sagas.get(movement.saga_id) if movement.saga_id else None
    order = saga.order if saga is not None else None
    key = f"{movement.stripe_type}:{movement.stripe_id}"
    if isinstance(order, PayoutOrder) and order.user_id == account.user_id:
        kinds = (SENT,) if movement.amount < 0 else CAME_BACK
        told = (kind for kind in kinds if work.journals.get(f"{kind}:{order.payout_id}") is not None)
        key = f"{next(told, kinds[-1])}:{order.payout_id}"
    return Line(key, movement.amount, movement.currency, movement.stripe_id, movement.stripe_type)


def _journals(work: UnitOfWork, since: datetime, until: datetime, theirs: Lines) -> Lines:
    """Those of the time, and those of any other time that the processor's lines ask for."""
    found = {journal.key: journal for journal in work.journals.between(since, until)}
    asked = (work.journals.get(key) for key, _ in theirs if key not in found)
    journals = [*found.values(), *(journal for journal in asked if journal is not None)]
    return joined(line for journal in journals if (line := payout_line_of(journal)) is not None)


def _was_never_sent(work: UnitOfWork, key: str, told: set[str]) -> bool:
    """Refused, or given up before the processor had it: the ledger gave the money back, and the account knows of nothing."""
    payout_id = _payout_id(key)
    return f"{SENT}:{payout_id}" not in told and work.journals.get(f"payout_failed:{payout_id}") is not None


def _payout_id(key: str) -> str:
    return key.partition(":")[2]
