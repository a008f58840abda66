"""What happened to money is written down once: who gets which document, with which number and tax; histories and tallies agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from payments_bank import START, Bank
from payments_fakes import Crash
from payments_papers import SELLER, Office, numbers_have_no_gap
from test_chargebacks import tell

from contracts.payments.commands import SetTeamSplit
from contracts.payments.document_views import DocumentKind, LineItem, TaxTreatment, TransactionAccount
from contracts.payments.views import ChargebackStatus, MilestoneKind, TeamMember
from payments.domain.documents.document import Party
from payments.domain.documents.people import BillingDetails, Person
from payments.domain.documents.reports import Tally
from payments.domain.documents.series import Series
from payments.domain.ledger import AccountKind
from payments.usecases.ports import MovementStatus
from payments.usecases.set_team_split import SetTeamSplitHandler

K = DocumentKind


@pytest.fixture
def office(bank: Bank) -> Office:
    return Office(bank)


def amounts(office: Office, kind: DocumentKind) -> list[tuple[str, int]]:
    """Number and total of each."""
    return [(paper.number, paper.draft.total) for paper in office.papers(kind)]


def name_people(bank: Bank, *, tax_id: str | None = "FR12345678901", country: str = "FR") -> None:
    with bank.memory.unit_of_work() as work:
        work.people.put(Person(bank.challenger.user_id, 0, "Ada", "de-DE", 1))
        work.billing.save(BillingDetails(bank.solver.user_id).changed(Party("Solver SARL", ("1 rue X",), country, tax_id)))


def test_a_story_leaves_its_papers(bank: Bank, office: Office) -> None:
    bank.fund()
    bank.release(0)
    bank.refund(1)
    bank.settle()
    bank.pay_out(50_000)
    office.write_down()

    assert amounts(office, K.RECEIPT) == [("OC-RCT-2030-000001", 100_000)]
    assert amounts(office, K.INVOICE) == [("OC-INV-2030-000001", 6_000)]
    assert amounts(office, K.REFUND_RECEIPT) == [("OC-RFD-2030-000001", 40_000)]
    assert len(office.papers()) == 3  # the payout has not arrived
    (invoice,) = office.papers(K.INVOICE)
    draft = invoice.draft
    assert (draft.recipient_id, invoice.issuer) == (bank.solver.user_id, SELLER)
    (line,), (tax,) = draft.lines, draft.taxes
    assert (line.item, line.amount, line.subject, line.basis, line.rate) == (
        LineItem.PLATFORM_FEE,
        5_042,
        "A challenge: Step 1",
        60_000,
        1_000,
    )
    assert (tax.treatment, tax.rate, tax.basis, tax.amount) == (TaxTreatment.STANDARD, 1_900, 5_042, 958)
    for kind in (K.RECEIPT, K.REFUND_RECEIPT):
        (paper,) = office.papers(kind)
        assert paper.draft.recipient_id == bank.challenger.user_id
        assert [tax.treatment for tax in paper.draft.taxes] == [TaxTreatment.NOT_TAXED]


def test_a_payout_that_arrived_and_one_that_was_sent_back(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.release(0)
    payout = bank.pay_out(50_000)
    bank.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    bank.settle()
    bank.stripe.payouts["po_0"]["status"] = MovementStatus.FAILED
    (saga,) = [saga for saga in bank.sagas if getattr(saga.order, "payout_id", None) == payout.id]
    bank.webhook("evt_1", saga.id, event_type="payout.failed")
    bank.settle()
    office.write_down()
    paid, returned = office.papers(K.PAYOUT_STATEMENT)
    assert (paid.draft.total, paid.draft.related, paid.draft.lines[0].subject) == (50_000, None, payout.id)
    assert (returned.draft.total, returned.draft.related) == (-50_000, paid.number)


def test_a_refund_that_came_back_undoes_its_receipt(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.refund(0)
    bank.settle()
    (saga,) = [saga for saga in bank.sagas if saga.reference and saga.reference.startswith("re_")]
    bank.stripe.refunds[saga.reference]["status"] = MovementStatus.FAILED
    bank.webhook("evt_1", saga.id, event_type="refund.failed")
    bank.settle()
    office.write_down()
    refund, undone = office.papers(K.REFUND_RECEIPT)
    assert (refund.draft.total, undone.draft.total, undone.draft.related) == (60_000, -60_000, refund.number)


def test_parties_are_named_as_they_were_then(bank: Bank, office: Office) -> None:
    name_people(bank)
    bank.fund(0)
    bank.release(0)
    office.write_down()
    with bank.memory.unit_of_work() as work:
        work.billing.save(work.billing.get(bank.solver.user_id).changed(Party("Renamed", ("2 rue Y",), "DE")))
    (receipt,), (invoice,) = office.papers(K.RECEIPT), office.papers(K.INVOICE)
    assert receipt.draft.recipient == Party("Ada")
    assert invoice.draft.recipient == Party("Solver SARL", ("1 rue X",), "FR", "FR12345678901")
    (tax,) = invoice.draft.taxes
    assert (tax.treatment, tax.rate, tax.amount, invoice.draft.total) == (TaxTreatment.REVERSE_CHARGE, 0, 0, 6_000)
    assert office.papers(K.RECEIPT)[0].draft.recipient_id == bank.challenger.user_id


def test_whoever_nobody_has_told_of_is_named_by_the_id(bank: Bank, office: Office) -> None:
    bank.fund(0)
    office.write_down()
    assert office.papers()[0].draft.recipient == Party(bank.challenger.user_id)


def test_each_of_a_team_gets_the_invoice_of_its_own_fee_and_a_tip_has_none(bank: Bank, office: Office) -> None:
    other = "user_01h455vb4pex5vsknk084sn02q"
    team = (TeamMember(user_id=bank.solver.user_id, basis_points=7_500), TeamMember(user_id=other, basis_points=2_500))
    bank.fund(0)
    SetTeamSplitHandler(bank.memory.unit_of_work)(SetTeamSplit(escrow_id=bank.escrow.id, members=team), bank.solver)
    bank.release(0)
    bank.thank(5_000, MilestoneKind.TIP)
    bank.settle()
    office.write_down()
    fees = sorted((paper.draft.recipient_id, paper.draft.total) for paper in office.papers(K.INVOICE))
    assert fees == sorted([(bank.solver.user_id, 4_500), (other, 1_500)])
    assert [total for _, total in amounts(office, K.RECEIPT)] == [60_000, 5_000]


def test_a_lost_chargeback_credits_the_fee_and_a_won_one_does_not(bank: Bank, office: Office) -> None:
    bank.fund()
    bank.release(amount=30_001)
    bank.release(0)
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1", amount=95_000)
    office.write_down()
    assert office.papers(K.CREDIT_NOTE) == []
    tell(bank, ChargebackStatus.LOST, "evt_2", amount=95_000)
    office.write_down()
    (chargeback,) = bank.memory.table("chargebacks").values()
    ((payee, fee),) = chargeback.taken.fees
    notes = office.papers(K.CREDIT_NOTE)
    assert payee == bank.solver.user_id
    assert -sum(note.draft.total for note in notes) == fee == 5_501  # of 55000 (the other 40000 were still held), rounded for the payee
    invoices = {paper.number: paper for paper in office.papers(K.INVOICE)}
    assert [note.draft.related for note in notes] == sorted(invoices, reverse=True)  # the latest first
    for note in notes:
        assert note.draft.taxes[0].rate == invoices[str(note.draft.related)].draft.taxes[0].rate == 1_900


def test_a_chargeback_that_was_lost_with_nothing_held_credits_the_whole_fee(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.release(0)
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1", amount=60_000)
    tell(bank, ChargebackStatus.LOST, "evt_2", amount=60_000)
    office.write_down()
    (invoice,), (note,) = office.papers(K.INVOICE), office.papers(K.CREDIT_NOTE)
    assert (note.draft.total, note.draft.tax) == (-invoice.draft.total, -invoice.draft.tax)
    (tally,) = bank.memory.table("tallies").values()
    (fees,) = tally.invoiced
    assert (fees.invoices, fees.credit_notes, fees.net, fees.tax) == (1, 1, 0, 0)


def test_what_finance_takes_back_credits_its_fee_to_the_minor_unit(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.release(0)
    bank.settle()
    bank.take_back(0, 20_001)
    bank.take_back(0)
    bank.settle()
    office.write_down()
    (invoice,), notes = office.papers(K.INVOICE), office.papers(K.CREDIT_NOTE)
    assert {note.draft.related for note in notes} == {invoice.number}
    assert len(notes) == 2
    assert (sum(note.draft.total for note in notes), sum(note.draft.tax for note in notes)) == (-6_000, -invoice.draft.tax)
    assert bank.escrow.fees == 0
    (tally,) = bank.memory.table("tallies").values()
    assert (tally.fees, tally.released, tally.refunded) == (0, bank.escrow.released, bank.escrow.refunded)
    rows = [row for row in bank.memory.table("transactions").values() if row.user_id == bank.solver.user_id]
    assert sum(row.amount for row in rows) == 0


def test_a_chargeback_that_was_won_credits_nothing(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.release(0)
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1", amount=60_000)
    tell(bank, ChargebackStatus.WON, "evt_2", amount=60_000)
    office.write_down()
    assert office.papers(K.CREDIT_NOTE) == []


def test_numbers_have_no_gap_whatever_crashes(bank: Bank, office: Office) -> None:
    """The process dies before and after every commit of the writing down; each document is there once in the end."""
    bank.fund(0)
    bank.fund(1)
    bank.release(0)
    bank.release(1)
    bank.settle()
    point = 0
    while True:
        bank.crashes.arm(point)
        try:
            office.write_down()
        except Crash:
            point += 1
            assert numbers_have_no_gap([paper.number for paper in office.papers()])
            continue
        break
    assert point >= 1
    assert sorted(paper.number for paper in office.papers()) == [
        "OC-INV-2030-000001",
        "OC-INV-2030-000002",
        "OC-RCT-2030-000001",
        "OC-RCT-2030-000002",
    ]
    keys = [paper.draft.key for paper in office.papers()]
    assert len(keys) == len(set(keys))


def test_what_cannot_be_written_down_is_put_off_and_holds_up_nothing_else(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.release(0)
    (release,) = [saga for saga in bank.sagas if f"release:{saga.id}" in bank.memory.table("journals")]
    kept = bank.memory.tables["sagas"].pop(release.id)
    office.handler()
    assert [paper.draft.kind for paper in office.papers()] == [K.RECEIPT]
    (late,) = [due for due in bank.memory.table("due").values() if not due.done]
    assert (late.id, late.attempts) == (f"release:{release.id}", 1)
    bank.memory.tables["sagas"][release.id] = kept
    bank.clock.advance(timedelta(seconds=2))
    office.write_down()
    assert amounts(office, K.INVOICE) == [("OC-INV-2030-000001", 6_000)]


def test_what_a_version_of_before_posted_is_found(bank: Bank, office: Office) -> None:
    bank.fund(0)
    bank.memory.tables["due"].clear()
    office.write_down()
    assert office.papers() == []
    bank.clock.advance(timedelta(seconds=30))
    office.handler.note_missed()
    office.write_down()
    office.handler.note_missed()
    office.write_down()
    assert len(office.papers(K.RECEIPT)) == 1


def test_a_year_has_series_of_its_own_and_moments_never_go_back() -> None:
    series, first, at = Series("OC-INV-2030").next(START)
    assert (first, at) == ("OC-INV-2030-000001", START)
    series, second, at = series.next(START - timedelta(seconds=3))
    assert (second, at) == ("OC-INV-2030-000002", START)
    _, third, at = series.next(START - timedelta(days=3))  # that clock was wrong before, or is now
    assert (third, at) == ("OC-INV-2030-000003", START - timedelta(days=3))


def test_a_document_of_the_new_year_keeps_the_day_it_happened_on(bank: Bank, office: Office) -> None:
    bank.clock.advance(datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC) - START)
    bank.fund(0)
    bank.clock.advance(timedelta(seconds=2))
    office.write_down()
    (receipt,) = office.papers()
    assert (receipt.number, receipt.draft.supplied_at.year) == ("OC-RCT-2031-000001", 2030)
    (tally,) = bank.memory.table("tallies").values()
    assert tally.month == "2030-12"


def test_histories_and_tallies_tell_what_the_ledger_tells(bank: Bank, office: Office) -> None:
    bank.fund()
    bank.release(amount=30_001)
    bank.refund(amount=7_003)
    bank.release(0)
    bank.thank(900, MilestoneKind.BONUS)
    bank.settle()
    bank.pay_out(20_000)
    bank.stripe.payouts["po_0"]["status"] = MovementStatus.SUCCEEDED
    bank.settle()
    tell(bank, ChargebackStatus.NEEDS_RESPONSE, "evt_1", amount=50_000)
    office.write_down()

    rows = list(bank.memory.table("transactions").values())
    earned = sum(row.amount for row in rows if row.account is TransactionAccount.EARNED)
    assert earned == sum(bank.in_ledger(kind) for kind in (AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.IN_TRANSIT))
    paid = sum(row.amount for row in rows if row.account is TransactionAccount.PAID)
    assert paid == bank.in_ledger(AccountKind.PAYER) == -(bank.escrow.funded - bank.escrow.refunded)
    assert {row.user_id for row in rows} == {bank.solver.user_id, bank.challenger.user_id}
    assert sum(row.fee for row in rows) == bank.escrow.fees

    (tally,) = bank.memory.table("tallies").values()
    assert isinstance(tally, Tally)
    funded, _, released, refunded, fees = bank.sums()
    assert (tally.paid_in, tally.released, tally.refunded, tally.fees) == (funded, released, refunded, fees)
    assert (tally.chargebacks, tally.losses) == (bank.in_ledger(AccountKind.CHARGEBACK), -bank.in_ledger(AccountKind.LOSSES))
    assert tally.paid_out == 20_000
    assert tally.revenue == fees - tally.losses
    assert sum(fee.net + fee.tax for fee in tally.invoiced) == fees
