"""The tax on what the platform sells: who owes it, at which rate, and how it is taken out of a price that includes it."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.payments.document_views import TaxTreatment
from payments.domain.documents.document import Party, TaxLine
from payments.domain.fees import WHOLE

# The member states of the European Union, whose value added tax is one system (Directive 2006/112/EC, articles 44, 45 and 196).
EUROPEAN_UNION = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL"}
    | {"PT", "RO", "SE", "SI", "SK"}
)


@dataclass(frozen=True, slots=True)
class TaxRules:
    """The issuer's tax: `rate` basis points where it applies; a rate of nothing means that the issuer charges none at all."""

    country: str
    rate: int

    def treatment(self, buyer: Party) -> TaxTreatment:
        """By where both are, and whether the buyer is a business. Whose country is not known is taken to be at home."""
        if not self.rate:
            return TaxTreatment.NOT_TAXED
        if buyer.country in (None, self.country):
            return TaxTreatment.STANDARD
        if {self.country, buyer.country} <= EUROPEAN_UNION:
            return TaxTreatment.REVERSE_CHARGE if buyer.tax_id else TaxTreatment.STANDARD
        return TaxTreatment.OUTSIDE_SCOPE

    def within(self, gross: int, buyer: Party) -> TaxLine:
        """The tax that a price contains: what the buyer pays is `gross` either way. The net is rounded half up."""
        treatment = self.treatment(buyer)
        rate = self.rate if treatment is TaxTreatment.STANDARD else 0
        net = (2 * gross * WHOLE + WHOLE + rate) // (2 * (WHOLE + rate))
        return TaxLine(treatment, rate, net, gross - net)


def untaxed(amount: int) -> TaxLine:
    """Money held for somebody, or sent to its owner, is no supply: no tax, and the document says so."""
    return TaxLine(TaxTreatment.NOT_TAXED, 0, amount, 0)


def credited(invoiced: TaxLine, *, before: int, amount: int) -> TaxLine:
    """The tax of crediting `amount` (gross, above zero) of an invoice of which `before` was credited already; all below zero.

    Cumulative, as fees are: the credits of a whole invoice add up to its tax, to the minor unit.
    """
    gross = invoiced.basis + invoiced.amount

    def tax_of(part: int) -> int:
        return (2 * invoiced.amount * part + gross) // (2 * gross)

    tax = tax_of(before + amount) - tax_of(before)
    return TaxLine(invoiced.treatment, invoiced.rate, -(amount - tax), -tax)
