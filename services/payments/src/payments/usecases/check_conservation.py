"""The running check that no cent is lost or made: an escrow whose sums disagree is frozen, and somebody is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from contracts.payments.events import ConservationBroken
from payments.domain import entries
from payments.domain.chargeback import FROZEN_BY
from payments.domain.errors import InvariantBroken
from payments.domain.escrow import Escrow
from payments.domain.ledger import balances_of, verify_chain
from payments.usecases import facts
from payments.usecases.one_by_one import one_by_one
from payments.usecases.ports import UnitOfWork, UnitsOfWork

log = structlog.get_logger(__name__)
AT_ONCE = 50
REASON = "The running check of conservation found that its sums disagree."


class Alarms(Protocol):
    """Where a breach is counted, for whoever watches."""

    def checked(self) -> None: ...
    def breach(self) -> None: ...


@dataclass
class Place:
    """Up to which escrow this process has come; it begins again at the end, and after a restart."""

    escrow_id: str = ""


@dataclass(frozen=True, slots=True)
class CheckConservationHandler:
    """`rerun` runs something again when it lost a race for a record, as the entrypoints do for commands."""

    unit_of_work: UnitsOfWork
    alarms: Alarms
    rerun: Callable[[Callable[[], None]], None]
    place: Place = field(default_factory=Place)

    def __call__(self) -> None:
        """Check the next escrows: the journals' chain, their sums, the stored balances and the escrow must tell the same."""
        with self.unit_of_work() as work:
            ids = work.escrows.after(self.place.escrow_id, AT_ONCE)
        one_by_one(ids, self._check, self.rerun, lambda escrow_id: log.exception("conservation_not_checked", escrow_id=escrow_id))
        self.place.escrow_id = ids[-1] if len(ids) == AT_ONCE else ""

    def _check(self, escrow_id: str) -> None:
        with self.unit_of_work() as work:
            try:
                escrow = work.escrows.get(escrow_id)
            except InvariantBroken as broken:  # what cannot be read cannot be frozen either, and nothing moves in it all the same
                self.alarms.checked()
                self.alarms.breach()
                log.error("conservation_broken", escrow_id=escrow_id, found=str(broken), frozen=None)
                return
            found = None if escrow is None else breach_of(work, escrow)
            self.alarms.checked()
            if escrow is None or found is None:
                return
            self.alarms.breach()
            log.error("conservation_broken", escrow_id=escrow.id, found=found, frozen=escrow.frozen)
            if escrow.frozen in (None, FROZEN_BY):
                escrow = work.escrows.save(escrow.freeze(REASON))
                work.emit(facts.frozen(escrow, REASON))
                work.emit(ConservationBroken(**facts.parties(escrow), found=found))


def breach_of(work: UnitOfWork, escrow: Escrow) -> str | None:
    """What disagrees, read in one transaction; None where all is well."""
    journals = work.journals.of_book(escrow.id)
    try:
        verify_chain(journals)
    except InvariantBroken as broken:
        return str(broken)
    derived, currency = balances_of(journals), escrow.currency
    accounts = {
        "held": entries.held(escrow.id, currency),
        "fees": entries.fees(escrow.id, currency),
        "payer": entries.payer(escrow.id, currency),
        "promotion": entries.promotion(escrow.id, currency),
    }
    ledger = {name: derived.get(account, 0) for name, account in accounts.items()}
    stored = {name: work.balances.get(account).amount for name, account in accounts.items()}
    if stored != ledger:
        return f"the journals say {ledger}, the balances {stored}"
    told = (ledger["held"], ledger["fees"], -ledger["payer"] - ledger["promotion"])
    if told != (escrow.held, escrow.fees, escrow.funded - escrow.refunded):
        return (
            f"the journals say held, fees and paid in are {told}, the escrow {(escrow.held, escrow.fees, escrow.funded - escrow.refunded)}"
        )
    if escrow.funded != escrow.held + escrow.released + escrow.refunded + escrow.fees:
        return "funded is not held + released + refunded + fees"
    return None
