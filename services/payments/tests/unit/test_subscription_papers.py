"""What was charged for a subscription is invoiced, what went back is credited, and the history and the reports tell it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from payments_fakes import Crash
from payments_papers import Office, numbers_have_no_gap
from payments_subscribing import START, Subscribing

from contracts.payments.document_views import DocumentKind, LineItem, Locale, TaxTreatment, TransactionAccount
from contracts.payments.views import ChargebackStatus as Case
from payments.adapters.papers.fonts import Fonts
from payments.adapters.papers.press import set_document
from payments.domain.documents.document import Party
from payments.domain.documents.people import BillingDetails
from payments.domain.documents.reports import Tally
from payments.domain.ledger import AccountKind
from payments.usecases.ports import MovementStatus

K = DocumentKind


@pytest.fixture
def world() -> Subscribing:
    return Subscribing()


@pytest.fixture
def office(world: Subscribing) -> Office:
    world.start()
    return Office(world)


def totals(office: Office, kind: DocumentKind) -> list[tuple[int, int]]:
    """What each comes to, and what of it is tax."""
    return [(paper.draft.total, paper.draft.tax) for paper in office.papers(kind)]


def test_a_charge_is_invoiced_to_who_paid_with_the_tax_that_its_price_contains(world: Subscribing, office: Office) -> None:
    office.write_down()
    (invoice,) = office.papers()
    draft = invoice.draft
    ((line,), (tax,)) = draft.lines, draft.taxes
    assert (invoice.number, draft.recipient_id, draft.subscription_id) == ("OC-INV-2031-000001", world.owner.user_id, world.subscription.id)
    assert (line.item, line.amount, line.subject) == (LineItem.PLATFORM_FEE, 756, "Plus, 2031-01-31 – 2031-02-28")
    assert (tax.treatment, tax.rate, tax.amount, draft.total) == (TaxTreatment.STANDARD, 1_900, 144, 900)


def test_a_business_abroad_owes_the_tax_itself_and_each_period_has_its_invoice(world: Subscribing, office: Office) -> None:
    with world.memory.unit_of_work() as work:
        party = Party("Expert SARL", ("1 rue X",), "FR", "FR12345678901")
        work.billing.save(BillingDetails(world.owner.user_id).changed(party))
    world.until(START + timedelta(days=29))
    office.write_down()
    assert totals(office, K.INVOICE) == [(900, 0), (900, 0)]
    assert {paper.draft.recipient.name for paper in office.papers()} == {"Expert SARL"}
    assert {paper.draft.taxes[0].treatment for paper in office.papers()} == {TaxTreatment.REVERSE_CHARGE}


def test_refunds_are_credited_to_the_minor_unit_and_one_that_is_returned_is_undone(world: Subscribing, office: Office) -> None:
    world.refund(world.bills[0], 333)
    world.refund(world.bills[0])
    office.write_down()
    (invoice,), notes = office.papers(K.INVOICE), office.papers(K.CREDIT_NOTE)
    assert {note.draft.related for note in notes} == {invoice.number}
    assert [note.draft.total for note in notes] == [-333, -567]
    assert sum(note.draft.tax for note in notes) == -144
    row = world.stripe.refunds["re_1"]
    row["status"] = MovementStatus.FAILED
    world.webhook("evt", row["saga"])
    office.write_down()
    *_, undone = office.papers(K.CREDIT_NOTE)
    assert (undone.draft.total, undone.draft.tax) == (567, -notes[1].draft.tax)
    assert (undone.draft.lines[0].item, undone.draft.related) == (LineItem.REFUND_RETURNED, invoice.number)
    world.stripe.refund_status = MovementStatus.SUCCEEDED
    world.refund(world.bills[0], 567)
    office.write_down()
    assert sum(total for total, _ in totals(office, K.CREDIT_NOTE)) == -900


def test_a_lost_chargeback_credits_what_was_not_credited_before_and_a_won_one_nothing(world: Subscribing, office: Office) -> None:
    world.refund(world.bills[0], 300)
    world.dispute(world.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    office.write_down()
    assert totals(office, K.CREDIT_NOTE) == [(-300, -48)]
    world.dispute(world.bills[0], Case.LOST, "evt_2")
    office.write_down()
    assert totals(office, K.CREDIT_NOTE) == [(-300, -48), (-600, -96)]
    other = Subscribing()
    other.start()
    other.dispute(other.bills[0], Case.NEEDS_RESPONSE, "evt_1")
    other.dispute(other.bills[0], Case.WON, "evt_2")
    second = Office(other)
    second.write_down()
    assert totals(second, K.CREDIT_NOTE) == []


def test_what_was_paid_before_there_were_invoices_of_subscriptions_has_no_credit_note(world: Subscribing, office: Office) -> None:
    key = f"subscription:{world.bills[0].id}"
    world.memory.tables["due"][key] = world.memory.tables["due"][key].written_down()
    world.refund(world.bills[0])
    office.write_down()
    assert office.papers() == []


def test_the_history_and_the_reports_tell_what_the_ledger_tells(world: Subscribing, office: Office) -> None:
    world.until(START + timedelta(days=29))
    world.refund(world.bills[0], 300)
    world.dispute(world.bills[1], Case.LOST, "evt_1")
    office.write_down()
    rows = list(world.memory.table("transactions").values())
    assert {(row.user_id, row.account, row.title) for row in rows} == {(world.owner.user_id, TransactionAccount.PAID, "Plus")}
    assert sum(row.amount for row in rows) == world.in_ledger(AccountKind.PAYER) == -1_500
    tallies = [row for row in world.memory.table("tallies").values() if isinstance(row, Tally)]
    assert sum(tally.subscriptions for tally in tallies) == world.in_ledger(AccountKind.REVENUE) == 600
    assert sum(tally.revenue for tally in tallies) == 600
    assert (sum(tally.paid_in for tally in tallies), sum(tally.refunded for tally in tallies)) == (1_800, 300)
    assert sum(fee.net + fee.tax for tally in tallies for fee in tally.invoiced) == 600


def test_numbers_have_no_gap_whatever_crashes(world: Subscribing, office: Office) -> None:
    world.refund(world.bills[0], 300)
    world.until(START + timedelta(days=29))
    point = 0
    while True:
        world.crashes.arm(point)
        try:
            office.write_down()
        except Crash:
            point += 1
            continue
        break
    assert point >= 1
    assert numbers_have_no_gap([paper.number for paper in office.papers()])
    assert (len(office.papers(K.INVOICE)), len(office.papers(K.CREDIT_NOTE))) == (2, 1)


def test_it_is_set_as_pdf_in_every_language_as_the_same_bytes(world: Subscribing, office: Office) -> None:
    world.refund(world.bills[0], 300)
    office.write_down()
    fonts = Fonts(())
    for paper in office.papers():
        made = [set_document(paper, locale, fonts) for locale in Locale]
        assert all(one.startswith(b"%PDF-") for one in made)
        assert set_document(paper, list(Locale)[-1], fonts) == made[-1]
