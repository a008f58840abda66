"""The writing down of a bank's journals, for tests: the issuer with a tax of 19 %, and what came of it."""

from __future__ import annotations

from collections import defaultdict

from payments_bank import Bank, rerun
from payments_subscribing import Subscribing

from chassis.ids import new_id
from contracts.payments.document_views import DocumentKind
from payments.domain.documents.document import Branding, Document, Party
from payments.domain.documents.tax import TaxRules
from payments.usecases.document_ports import Issuer
from payments.usecases.issue_documents import IssueDocumentsHandler

SELLER = Party("OpenChance GmbH", ("Marktplatz 1", "10115 Berlin"), "DE", "DE999999999")


def issuer(rate: int = 1900) -> Issuer:
    return Issuer("OC", SELLER, TaxRules("DE", rate), Branding("OpenChance", "#1f3a5f"))


class Office:
    """Writes down what a bank's journals mean."""

    def __init__(self, bank: Bank | Subscribing, rate: int = 1900) -> None:
        self.bank = bank
        self.handler = IssueDocumentsHandler(bank.memory.unit_of_work, issuer(rate), rerun, new_id, bank.clock.now)

    def write_down(self) -> None:
        """Until nothing is due."""
        for _ in range(20):
            with self.bank.memory.unit_of_work() as work:
                if not work.due.ready(self.bank.clock.now(), 1):
                    return
            self.handler()
        raise AssertionError("something stays due")

    def papers(self, kind: DocumentKind | None = None) -> list[Document]:
        """In the order of their numbers."""
        rows = self.bank.memory.table("documents").values()
        return sorted((row for row in rows if kind in (None, row.draft.kind)), key=lambda row: row.number)


def numbers_have_no_gap(numbers: list[str]) -> bool:
    """Each series counts 1, 2, 3 and so on."""
    series = defaultdict(set)
    for number in numbers:
        name, _, place = number.rpartition("-")
        series[name].add(int(place))
    return len(numbers) == len(set(numbers)) and all(places == set(range(1, len(places) + 1)) for places in series.values())
