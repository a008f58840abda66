"""Tax: who owes it, and that no minor unit of it is lost."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.payments.document_views import DocumentKind, LineItem, TaxTreatment
from payments.domain.documents.document import Branding, Draft, Line, Party, TaxLine
from payments.domain.documents.tax import TaxRules, credited, untaxed
from payments.domain.errors import InvariantBroken

T = TaxTreatment


@pytest.mark.parametrize(
    ("seller", "buyer", "tax_id", "treatment"),
    [
        ("DE", None, None, T.STANDARD),
        ("DE", "DE", None, T.STANDARD),
        ("DE", "DE", "DE123456789", T.STANDARD),
        ("DE", "FR", None, T.STANDARD),
        ("DE", "FR", "FR12345678901", T.REVERSE_CHARGE),
        ("DE", "US", None, T.OUTSIDE_SCOPE),
        ("DE", "GB", "GB123456789", T.OUTSIDE_SCOPE),
        ("US", "DE", "DE123456789", T.OUTSIDE_SCOPE),
        ("GB", "GB", None, T.STANDARD),
    ],
)
def test_who_owes_the_tax(seller: str, buyer: str | None, tax_id: str | None, treatment: TaxTreatment) -> None:
    line = TaxRules(seller, 1900).within(11_900, Party("B", (), buyer, tax_id))
    expected = (T.STANDARD, 1900, 10_000, 1_900) if treatment is T.STANDARD else (treatment, 0, 11_900, 0)
    assert (line.treatment, line.rate, line.basis, line.amount) == expected


def test_an_issuer_without_a_rate_charges_none_and_says_so() -> None:
    assert TaxRules("DE", 0).within(500, Party("B")) == TaxLine(T.NOT_TAXED, 0, 500, 0) == untaxed(500)


@given(st.integers(1, 10**12), st.integers(0, 10_000))
def test_net_and_tax_are_the_price(gross: int, rate: int) -> None:
    line = TaxRules("DE", rate).within(gross, Party("B"))
    assert line.basis + line.amount == gross
    assert abs(line.basis * (10_000 + rate) - gross * 10_000) * 2 <= 10_000 + rate  # rounded to the nearest


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=8), st.integers(0, 2_700))
def test_the_credits_of_a_whole_invoice_add_up_to_it(parts: list[int], rate: int) -> None:
    invoiced = TaxRules("DE", rate).within(sum(parts), Party("B"))
    notes = [credited(invoiced, before=sum(parts[:place]), amount=part) for place, part in enumerate(parts)]
    assert [-(note.basis + note.amount) for note in notes] == parts
    assert -sum(note.amount for note in notes) == invoiced.amount
    assert all(note.amount <= 0 and note.basis <= 0 for note in notes)


def test_a_document_whose_tax_is_not_that_of_its_lines_cannot_be_made() -> None:
    with pytest.raises(InvariantBroken):
        Draft(
            key="k",
            kind=DocumentKind.INVOICE,
            recipient_id="u",
            recipient=Party("B"),
            currency="EUR",
            lines=(Line(LineItem.PLATFORM_FEE, 100),),
            taxes=(untaxed(99),),
            supplied_at=datetime(2030, 1, 1, tzinfo=UTC),
            source="release:s",
            branding=Branding("B", "#000000"),
        )
