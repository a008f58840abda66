"""Put together all that payments knows of a dispute, signed, so that it can be checked offline."""

from __future__ import annotations

import json
from dataclasses import dataclass

from chassis.principal import Principal
from contracts.base import View
from contracts.files import MAX_FILE_BYTES, FileView
from contracts.payments.documents import GetEvidenceBundle
from payments.domain.dispute import Dispute
from payments.domain.documents.document import Document
from payments.domain.documents.errors import FileTooLarge
from payments.domain.escrow import Escrow
from payments.usecases.disputes import dispute_view, visible_dispute
from payments.usecases.document_ports import Sealer
from payments.usecases.documents import document_view
from payments.usecases.get_escrow_proof import escrow_proof
from payments.usecases.ports import UnitsOfWork

ZIP = "application/zip"
OMISSIONS = (
    "The messages of the conversation are kept by messaging and not in here.",
    "The submitted work and its versions are kept by challenges and not in here.",
)
README = """This is the evidence of a dispute over money in escrow.

manifest.json   what is in here, with the SHA-256 of each file, and what is left out
signature.json  an Ed25519 signature (RFC 8032) over the bytes of manifest.json, and the public key (RFC 8037)
dispute.json    reason, answer, evidence and decision, as the parties gave them
evidence/       the texts of the evidence, one file each, in the order they were added
proof.json      the escrow's journals and their chain of hashes; it says how to recompute it
documents/      the accounting documents of the escrow that whom this bundle was made for may see

`openchance verify-bundle FILE --keys KEYS` checks all of it offline. KEYS is what GET /v1/evidence-keys answers.
"""


@dataclass(frozen=True, slots=True)
class GetEvidenceBundleHandler:
    unit_of_work: UnitsOfWork
    sealer: Sealer

    def __call__(self, query: GetEvidenceBundle, principal: Principal) -> FileView:
        """For payer, payee and those who mediate. The same bytes as long as nothing has changed.

        Raises:
            DisputeNotFound, FileTooLarge.
        """
        with self.unit_of_work() as work:
            dispute, escrow = visible_dispute(work, query.dispute_id, principal)
            journals = work.journals.of_book(escrow.id)
            papers = work.documents.of_escrow(escrow.id)
        party = principal.user_id in (escrow.payer_id, escrow.payee_id)
        shown = [paper for paper in papers if not party or paper.draft.recipient_id == principal.user_id]
        files = [
            ("README.txt", README.encode()),
            ("dispute.json", _json(dispute_view(dispute, escrow))),
            *_texts(dispute),
            ("proof.json", _json(escrow_proof(escrow, journals))),
            *((f"documents/{paper.number}.json", _json(document_view(paper))) for paper in shown),
        ]
        about = {
            "format": "openchance-evidence/1",
            "dispute_id": dispute.id,
            "dispute_version": dispute.version,
            "escrow_id": escrow.id,
            "status": dispute.status.value,
            "as_of": _latest(dispute, shown),
            "made_for": _side(escrow, principal),
        }
        content = self.sealer.bundle(about, files, OMISSIONS)
        if len(content) > MAX_FILE_BYTES:
            raise FileTooLarge
        return FileView.of(f"evidence-{dispute.id}.zip", ZIP, content)


def _texts(dispute: Dispute) -> list[tuple[str, bytes]]:
    """Each piece of evidence as its author gave it."""
    return [
        (f"evidence/{number:03d}.txt", f"{one.title}\nby {one.author_id} at {one.added_at.isoformat()}\n\n{one.text}\n".encode())
        for number, one in enumerate(dispute.evidence, start=1)
    ]


def _latest(dispute: Dispute, papers: list[Document]) -> str:
    return max([dispute.updated_at, *(paper.issued_at for paper in papers)]).isoformat(timespec="milliseconds")


def _side(escrow: Escrow, principal: Principal) -> str:
    return {escrow.payer_id: "payer", escrow.payee_id: "payee"}.get(principal.user_id, "platform")


def _json(view: View) -> bytes:
    return (json.dumps(view.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
