"""Show the public keys that evidence bundles are signed with."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.payments.document_views import EvidenceKeysView
from payments.usecases.document_ports import Sealer


@dataclass(frozen=True, slots=True)
class GetEvidenceKeysHandler:
    sealer: Sealer

    def __call__(self) -> EvidenceKeysView:
        return EvidenceKeysView(keys=self.sealer.keys())
