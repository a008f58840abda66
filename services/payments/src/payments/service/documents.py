"""What payments answers about documents, histories, reports and evidence: one line an entrypoint, no rule lives here."""

from chassis.context import delivered
from chassis.entrypoints import UseCasesProvider, on_event, rpc, timer
from chassis.principal import Principal
from contracts.files import FileView
from contracts.identity.events import BrandingChanged, ProfileUpdated, UserRegistered
from contracts.paging import Page
from contracts.payments.document_views import (
    BillingDetailsView,
    DocumentView,
    EvidenceKeysView,
    FeeReportView,
    RevenueReportView,
    TransactionView,
)
from contracts.payments.documents import (
    ExportFeeReport,
    ExportRevenueReport,
    ExportTransactions,
    GetBillingDetails,
    GetDocument,
    GetDocumentFile,
    GetEvidenceBundle,
    GetEvidenceKeys,
    GetFeeReport,
    GetRevenueReport,
    GetStatementFile,
    ListDocuments,
    ListTransactions,
    SetBillingDetails,
)
from payments.wiring_documents import DocumentUseCases, build_documents


class DocumentsService:
    """What is written down of the money."""

    name = "documents"
    use_cases: DocumentUseCases = UseCasesProvider(build_documents)

    @rpc
    def list_documents(self, query: ListDocuments, principal: Principal) -> Page[DocumentView]:
        return self.use_cases.list_documents(query, principal)

    @rpc
    def get_document(self, query: GetDocument, principal: Principal) -> DocumentView:
        return self.use_cases.get_document(query, principal)

    @rpc
    def get_document_file(self, query: GetDocumentFile, principal: Principal) -> FileView:
        return self.use_cases.get_document_file(query, principal)

    @rpc
    def get_statement_file(self, query: GetStatementFile, principal: Principal) -> FileView:
        return self.use_cases.get_statement_file(query, principal)

    @rpc
    def list_transactions(self, query: ListTransactions, principal: Principal) -> Page[TransactionView]:
        return self.use_cases.list_transactions(query, principal)

    @rpc
    def export_transactions(self, query: ExportTransactions, principal: Principal) -> FileView:
        return self.use_cases.export_transactions(query, principal)

    @rpc
    def get_revenue_report(self, query: GetRevenueReport, principal: Principal) -> RevenueReportView:
        return self.use_cases.get_revenue_report(query, principal)

    @rpc
    def export_revenue_report(self, query: ExportRevenueReport, principal: Principal) -> FileView:
        return self.use_cases.export_revenue_report(query, principal)

    @rpc
    def get_fee_report(self, query: GetFeeReport, principal: Principal) -> FeeReportView:
        return self.use_cases.get_fee_report(query, principal)

    @rpc
    def export_fee_report(self, query: ExportFeeReport, principal: Principal) -> FileView:
        return self.use_cases.export_fee_report(query, principal)

    @rpc
    def get_evidence_bundle(self, query: GetEvidenceBundle, principal: Principal) -> FileView:
        return self.use_cases.get_evidence_bundle(query, principal)

    @rpc
    def get_evidence_keys(self, query: GetEvidenceKeys) -> EvidenceKeysView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_evidence_keys()

    @rpc
    def get_billing_details(self, query: GetBillingDetails, principal: Principal) -> BillingDetailsView:  # noqa: ARG002 - the query has no fields
        return self.use_cases.get_billing_details(principal)

    @rpc
    def set_billing_details(self, command: SetBillingDetails, principal: Principal) -> BillingDetailsView:
        return self.use_cases.set_billing_details(command, principal)

    @on_event
    def on_user_registered(self, event: UserRegistered) -> None:
        self.use_cases.keep_person(event, delivered().sequence)

    @on_event
    def on_profile_updated(self, event: ProfileUpdated) -> None:
        self.use_cases.keep_person(event, delivered().sequence)

    @on_event
    def on_branding_changed(self, event: BrandingChanged) -> None:
        self.use_cases.keep_brand(event, delivered().sequence)

    @timer(seconds=1)
    def issue_documents(self) -> None:
        self.use_cases.issue_documents()

    @timer(seconds=15)
    def watch_due_documents(self) -> None:
        self.use_cases.watch_due_documents()

    @timer(seconds=300)
    def note_missed_documents(self) -> None:
        self.use_cases.issue_documents.note_missed()
