"""Where the adapters and use cases of documents, histories, reports and evidence meet."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.mongo import retrying
from chassis.native_threads import NativeThreads
from chassis.wiring import Resources
from payments.adapters.gauges import PrometheusGauges
from payments.adapters.papers.press import PdfPress
from payments.adapters.seals import Ed25519Sealer
from payments.adapters.unit_of_work import PaymentsUnitOfWork
from payments.domain.documents.document import Branding, Party
from payments.domain.documents.tax import TaxRules
from payments.settings import Settings
from payments.usecases.document_ports import Issuer
from payments.usecases.export_fee_report import ExportFeeReportHandler
from payments.usecases.export_revenue_report import ExportRevenueReportHandler
from payments.usecases.export_transactions import ExportTransactionsHandler
from payments.usecases.get_billing_details import GetBillingDetailsHandler
from payments.usecases.get_document import GetDocumentHandler
from payments.usecases.get_document_file import GetDocumentFileHandler
from payments.usecases.get_evidence_bundle import GetEvidenceBundleHandler
from payments.usecases.get_evidence_keys import GetEvidenceKeysHandler
from payments.usecases.get_fee_report import GetFeeReportHandler
from payments.usecases.get_revenue_report import GetRevenueReportHandler
from payments.usecases.get_statement_file import GetStatementFileHandler
from payments.usecases.issue_documents import IssueDocumentsHandler
from payments.usecases.keep_brand import KeepBrandHandler
from payments.usecases.keep_person import KeepPersonHandler
from payments.usecases.list_documents import ListDocumentsHandler
from payments.usecases.list_transactions import ListTransactionsHandler
from payments.usecases.set_billing_details import SetBillingDetailsHandler
from payments.usecases.watch_due_documents import WatchDueDocumentsHandler


@dataclass(frozen=True, slots=True)
class DocumentUseCases:
    """What is written down of the money, and shown."""

    list_documents: ListDocumentsHandler
    get_document: GetDocumentHandler
    get_document_file: GetDocumentFileHandler
    get_statement_file: GetStatementFileHandler
    list_transactions: ListTransactionsHandler
    export_transactions: ExportTransactionsHandler
    get_revenue_report: GetRevenueReportHandler
    export_revenue_report: ExportRevenueReportHandler
    get_fee_report: GetFeeReportHandler
    export_fee_report: ExportFeeReportHandler
    get_evidence_bundle: GetEvidenceBundleHandler
    get_evidence_keys: GetEvidenceKeysHandler
    get_billing_details: GetBillingDetailsHandler
    set_billing_details: SetBillingDetailsHandler
    keep_person: KeepPersonHandler
    keep_brand: KeepBrandHandler
    issue_documents: IssueDocumentsHandler
    watch_due_documents: WatchDueDocumentsHandler


def build_documents(resources: Resources[Settings]) -> DocumentUseCases:
    store, settings = resources.store, resources.settings

    def unit_of_work() -> PaymentsUnitOfWork:
        return PaymentsUnitOfWork(store)

    issuer = issuer_of(settings)
    press = PdfPress(issuer.party, NativeThreads(at_once=1, waiting=16), settings.extra_fonts)
    sealer = Ed25519Sealer(settings.evidence_key.get_secret_value())
    return DocumentUseCases(
        list_documents=ListDocumentsHandler(unit_of_work),
        get_document=GetDocumentHandler(unit_of_work),
        get_document_file=GetDocumentFileHandler(unit_of_work, press),
        get_statement_file=GetStatementFileHandler(unit_of_work, press, issuer.branding, resources.clock.now),
        list_transactions=ListTransactionsHandler(unit_of_work),
        export_transactions=ExportTransactionsHandler(unit_of_work),
        get_revenue_report=GetRevenueReportHandler(unit_of_work),
        export_revenue_report=ExportRevenueReportHandler(unit_of_work),
        get_fee_report=GetFeeReportHandler(unit_of_work),
        export_fee_report=ExportFeeReportHandler(unit_of_work),
        get_evidence_bundle=GetEvidenceBundleHandler(unit_of_work, sealer),
        get_evidence_keys=GetEvidenceKeysHandler(sealer),
        get_billing_details=GetBillingDetailsHandler(unit_of_work),
        set_billing_details=SetBillingDetailsHandler(unit_of_work),
        keep_person=KeepPersonHandler(unit_of_work),
        keep_brand=KeepBrandHandler(unit_of_work),
        issue_documents=IssueDocumentsHandler(unit_of_work, issuer, retrying, resources.new_id, resources.clock.now),
        watch_due_documents=WatchDueDocumentsHandler(unit_of_work, PrometheusGauges(), resources.clock.now),
    )


def issuer_of(settings: Settings) -> Issuer:
    """The legal entity, as the settings describe it."""
    country = settings.legal_entity_country
    party = Party(settings.legal_entity_name, settings.legal_entity_address, country, settings.legal_entity_tax_id)
    branding = Branding(settings.legal_entity_name, settings.brand_colour)
    return Issuer(settings.legal_entity_code, party, TaxRules(country, settings.fee_tax_basis_points), branding)
