"""Documents, histories and reports: who may see which, and what the filters find."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_bank import START, Bank, person
from payments_fakes import FakeUnitOfWork
from payments_papers import Office, issuer

from contracts.identity.events import ProfileUpdated, UserRegistered
from contracts.identity.roles import Role
from contracts.payments.document_views import DocumentKind, Locale, TransactionAccount
from contracts.payments.documents import (
    ExportFeeReport,
    ExportRevenueReport,
    ExportTransactions,
    GetDocument,
    GetDocumentFile,
    GetFeeReport,
    GetRevenueReport,
    GetStatementFile,
    ListDocuments,
    ListTransactions,
    SetBillingDetails,
)
from payments.adapters.papers.press import PdfPress
from payments.domain.documents.errors import DocumentNotFound, ExportTooLarge
from payments.domain.errors import FinanceOnly
from payments.usecases import export_transactions
from payments.usecases.documents import language_of
from payments.usecases.export_fee_report import ExportFeeReportHandler
from payments.usecases.export_revenue_report import ExportRevenueReportHandler
from payments.usecases.export_transactions import ExportTransactionsHandler
from payments.usecases.get_billing_details import GetBillingDetailsHandler
from payments.usecases.get_document import GetDocumentHandler
from payments.usecases.get_document_file import GetDocumentFileHandler
from payments.usecases.get_fee_report import GetFeeReportHandler
from payments.usecases.get_revenue_report import GetRevenueReportHandler
from payments.usecases.get_statement_file import GetStatementFileHandler
from payments.usecases.keep_person import KeepPersonHandler
from payments.usecases.list_documents import ListDocumentsHandler
from payments.usecases.list_transactions import ListTransactionsHandler
from payments.usecases.set_billing_details import SetBillingDetailsHandler

UNTIL = START + timedelta(days=300)


@pytest.fixture(scope="module")
def press() -> PdfPress:
    return PdfPress(issuer().party, lambda work: work())


@pytest.fixture
def written(bank: Bank) -> Bank:
    """Funded in two, one released, some given back; all written down."""
    bank.fund(0)
    bank.clock.advance(timedelta(minutes=1))
    bank.fund(1)
    bank.clock.advance(timedelta(minutes=1))
    bank.release(0)
    bank.refund(1)
    bank.settle()
    Office(bank).write_down()
    return bank


def test_a_document_is_its_recipients_and_finances(written: Bank, press: PdfPress) -> None:
    uow = written.memory.unit_of_work
    (invoice,) = Office(written).papers(DocumentKind.INVOICE)
    show, render = GetDocumentHandler(uow), GetDocumentFileHandler(uow, press)
    for principal in (written.solver, written.finance, person(Role.ADMIN)):
        assert show(GetDocument(document_id=invoice.id), principal).number == invoice.number
        file = render(GetDocumentFile(document_id=invoice.id), principal)
        assert (file.filename, file.media_type) == (f"{invoice.number}.pdf", "application/pdf")
    for principal in (written.challenger, person(Role.SOLVER), person(Role.MODERATOR), person(Role.SUPPORT)):
        with pytest.raises(DocumentNotFound):
            show(GetDocument(document_id=invoice.id), principal)
        with pytest.raises(DocumentNotFound):
            render(GetDocumentFile(document_id=invoice.id), principal)


def test_one_lists_ones_own_and_finance_anybodys(written: Bank) -> None:
    handler = ListDocumentsHandler(written.memory.unit_of_work)
    page = handler(ListDocuments(limit=2), written.challenger)
    assert [item.number for item in page.items] == ["OC-RFD-2030-000001", "OC-RCT-2030-000002"]
    rest = handler(ListDocuments(limit=2, cursor=page.next_cursor), written.challenger)
    assert ([item.number for item in rest.items], rest.next_cursor) == (["OC-RCT-2030-000001"], None)
    for query, number in (
        (ListDocuments(kind=DocumentKind.RECEIPT), 2),
        (ListDocuments(currency="EUR"), 3),
        (ListDocuments(currency="USD"), 0),
        (ListDocuments(escrow_id=written.escrow.id), 3),
        (ListDocuments(since=written.clock.now() + timedelta(days=1)), 0),
        (ListDocuments(until=written.clock.now() + timedelta(days=1)), 3),
    ):
        assert len(handler(query, written.challenger).items) == number, query
    theirs = ListDocuments(recipient_id=written.challenger.user_id)
    assert len(handler(theirs, written.finance).items) == 3
    assert handler(ListDocuments(), written.finance).items == ()
    with pytest.raises(FinanceOnly):
        handler(theirs, written.solver)


def test_the_history_of_ones_money(written: Bank) -> None:
    handler = ListTransactionsHandler(written.memory.unit_of_work)
    paid = handler(ListTransactions(), written.challenger).items
    assert [(row.kind, row.amount.amount_minor) for row in paid] == [("refund", 40_000), ("fund", -40_000), ("fund", -60_000)]
    (earned,) = handler(ListTransactions(account=TransactionAccount.EARNED), written.solver).items
    assert (earned.kind, earned.amount.amount_minor, earned.fee.amount_minor, earned.title) == ("release", 54_000, 6_000, "A challenge")
    assert handler(ListTransactions(), person(Role.SOLVER)).items == ()
    assert len(handler(ListTransactions(kind="fund"), written.challenger).items) == 2
    assert len(handler(ListTransactions(since=START + timedelta(minutes=1), kind="fund"), written.challenger).items) == 1
    page = handler(ListTransactions(limit=1), written.challenger)
    assert handler(ListTransactions(limit=1, cursor=page.next_cursor), written.challenger).items == paid[1:2]


def test_the_history_as_a_table(written: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    handler = ExportTransactionsHandler(written.memory.unit_of_work)
    query = ExportTransactions(since=START, until=UNTIL)
    lines = handler(query, written.challenger).content.decode("utf-8-sig").splitlines()
    assert lines[0] == "at,account,kind,reference,title,escrow_id,currency,amount,fee"
    assert [line.split(",")[-2] for line in lines[1:]] == ["-600.00", "-400.00", "400.00"]
    assert lines[1].startswith("2030-01-02T03:04:05.000Z,paid,fund,saga_")
    monkeypatch.setattr(export_transactions, "MOST_ROWS", 2)
    with pytest.raises(ExportTooLarge):
        handler(query, written.challenger)


def test_a_statement_is_rendered_for_its_owner(written: Bank, press: PdfPress) -> None:
    handler = GetStatementFileHandler(written.memory.unit_of_work, press, issuer().branding, lambda: START)
    query = GetStatementFile(currency="EUR", since=START, until=UNTIL, locale=Locale.FR)
    file = handler(query, written.solver)
    assert file.filename == "statement-available-EUR-20300102-20301029.pdf"
    assert file.content == handler(query, written.solver).content
    assert file.content != handler(query, written.challenger).content


def test_finance_sees_what_the_platform_earned(written: Bank) -> None:
    uow = written.memory.unit_of_work
    (line,) = GetRevenueReportHandler(uow)(GetRevenueReport(first="2030-01", last="2030-01"), written.finance).items
    assert (line.month, line.paid_in.amount_minor, line.refunded.amount_minor) == ("2030-01", 100_000, 40_000)
    assert (line.released.amount_minor, line.fees.amount_minor, line.revenue.amount_minor) == (54_000, 6_000, 6_000)
    (fees,) = GetFeeReportHandler(uow)(GetFeeReport(first="2030-01", last="2030-12"), person(Role.ADMIN)).items
    assert (fees.net.amount_minor, fees.tax.amount_minor, fees.invoices, fees.rate_basis_points) == (5_042, 958, 1, 1_900)
    table = ExportRevenueReportHandler(uow)(ExportRevenueReport(first="2030-01", last="2030-01"), written.finance)
    assert (
        table.content.decode("utf-8-sig").splitlines()[1] == "2030-01,EUR,1000.00,400.00,540.00,60.00,0.00,0.00,0.00,0.00,0.00,0.00,60.00"
    )
    table = ExportFeeReportHandler(uow)(ExportFeeReport(first="2030-01", last="2030-01", currency="EUR"), written.finance)
    assert table.content.decode("utf-8-sig").splitlines()[1] == "2030-01,EUR,standard,1900,1,0,50.42,9.58,60.00"
    assert GetRevenueReportHandler(uow)(GetRevenueReport(first="2030-02", last="2030-03"), written.finance).items == ()
    for principal in (written.challenger, person(Role.MODERATOR), person(Role.SUPPORT)):
        with pytest.raises(FinanceOnly):
            GetRevenueReportHandler(uow)(GetRevenueReport(first="2030-01", last="2030-01"), principal)
        with pytest.raises(FinanceOnly):
            ExportFeeReportHandler(uow)(ExportFeeReport(first="2030-01", last="2030-01"), principal)


@pytest.mark.parametrize(("first", "last"), [("2030-02", "2030-01"), ("2030-01", "2033-01"), ("2030-13", "2030-13"), ("2030-1", "2030-2")])
def test_months_must_be_a_period(first: str, last: str) -> None:
    with pytest.raises(ValueError, match=r"last|pattern"):
        GetRevenueReport(first=first, last=last)


def test_billing_details_are_kept_and_shown(bank: Bank) -> None:
    uow = bank.memory.unit_of_work
    assert GetBillingDetailsHandler(uow)(bank.solver).name is None
    given = SetBillingDetails(name="Solver SARL", address=("1 rue X",), country="FR", tax_id=" fr 123 456 789 01 ")
    told = SetBillingDetailsHandler(uow)(given, bank.solver)
    assert (told.name, told.address, told.country, told.tax_id) == ("Solver SARL", ("1 rue X",), "FR", "FR12345678901")
    SetBillingDetailsHandler(uow)(SetBillingDetails(name="Other", address=("2",), country="DE"), bank.solver)
    assert GetBillingDetailsHandler(uow)(bank.solver).name == "Other"
    assert GetBillingDetailsHandler(uow)(bank.challenger).name is None


def test_the_reader_chooses_the_language(bank: Bank) -> None:
    keep = KeepPersonHandler(bank.memory.unit_of_work)
    user_id = bank.solver.user_id
    registered = UserRegistered(
        user_id=user_id, email="a@example.com", display_name="Ada", roles=(Role.SOLVER,), locale="pt", time_zone="UTC", registered_at=START
    )
    updated = ProfileUpdated(
        user_id=user_id,
        display_name="Ada L.",
        roles=(Role.SOLVER,),
        headline=None,
        bio=None,
        skills=(),
        languages=(),
        time_zone="UTC",
        locale="fr-CA",
    )
    with bank.memory.unit_of_work() as work:
        assert language_of(work, None, user_id) is Locale.EN
    keep(registered, 1)
    with bank.memory.unit_of_work() as work:
        assert language_of(work, None, user_id) is Locale.EN  # nobody has translated them into Portuguese
    keep(updated, 3)
    keep(registered, 1)  # came late
    with bank.memory.unit_of_work() as work:
        assert language_of(work, None, user_id) is Locale.FR
        assert language_of(work, Locale.ES, user_id) is Locale.ES
        person_ = work.people.get(user_id)
    assert person_ is not None
    assert person_.display_name == "Ada L."


def test_nothing_is_kept_of_who_has_left(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = bank.solver.user_id
    monkeypatch.setattr(FakeUnitOfWork, "erased_people", {gone})
    event = UserRegistered(
        user_id=gone, email="a@example.com", display_name="Ada", roles=(Role.SOLVER,), locale="de", time_zone="UTC", registered_at=START
    )
    KeepPersonHandler(bank.memory.unit_of_work)(event, 1)
    with bank.memory.unit_of_work() as work:
        assert work.people.get(gone) is None
