"""Show the journals of an escrow so that anybody can recompute them."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.principal import Principal
from contracts.payments.queries import GetEscrowProof
from contracts.payments.views import EscrowProofView, ProofJournalView, ProofMoveView
from payments.domain.escrow import Escrow
from payments.domain.ledger import GENESIS, Journal
from payments.usecases.ports import UnitsOfWork
from payments.usecases.views import visible

RECIPE = (
    "1. Take the journals in the order of their numbers: 1, 2, 3, without a gap.",
    "2. For each write the JSON object {at, book, key, moves: [{amount, from, to}], number, previous}: keys sorted, no spaces, ASCII; "
    "`book` is escrow_id, `from` and `to` are source and destination, `previous` is previous_hash.",
    "3. Its SHA-256 in hexadecimal must be `hash`, and the next one's previous_hash; "
    "the first one's is 64 zeros, the last hash is last_hash.",
    "4. Add up the moves: each takes `amount` (minor units) from its source and gives it to its destination. "
    "Accounts are kind:owner:currency, both of one currency.",
    "5. held and fees are what those accounts hold; funded is what left payer and promotion in journals whose key begins with `fund:`; "
    "refunded what came back there; released what went to pending and available of people. funded = held + released + refunded + fees.",
    "Or let `openchance verify-proof FILE` do it: it needs nothing but this answer.",
)


@dataclass(frozen=True, slots=True)
class GetEscrowProofHandler:
    unit_of_work: UnitsOfWork

    def __call__(self, query: GetEscrowProof, principal: Principal) -> EscrowProofView:
        """For payer, payee, their team and finance.

        Raises:
            EscrowNotFound.
        """
        with self.unit_of_work() as work:
            escrow = visible(work.escrows.get(query.escrow_id), principal)
            journals = work.journals.of_book(escrow.id)
        return escrow_proof(escrow, journals)


def escrow_proof(escrow: Escrow, journals: list[Journal]) -> EscrowProofView:
    """What the ledger says of an escrow; `journals` are its whole book."""
    return EscrowProofView(
        escrow_id=escrow.id,
        currency=escrow.currency,
        funded=escrow.funded,
        held=escrow.held,
        released=escrow.released,
        refunded=escrow.refunded,
        fees=escrow.fees,
        journals=tuple(_journal(journal) for journal in journals),
        last_hash=journals[-1].hash if journals else GENESIS,
        recipe=RECIPE,
    )


def _journal(journal: Journal) -> ProofJournalView:
    return ProofJournalView(
        number=journal.number,
        key=journal.key,
        at=journal.at.isoformat(timespec="milliseconds"),
        moves=tuple(ProofMoveView(source=move.source.id, destination=move.destination.id, amount=move.amount) for move in journal.moves),
        previous_hash=journal.previous_hash,
        hash=journal.hash,
    )
