"""What stands on papers, in each language."""

from __future__ import annotations

from contracts.payments.document_views import DocumentKind, LineItem, Locale, TaxTreatment
from contracts.payments.views import StatementAccount

_ORDER = (Locale.EN, Locale.DE, Locale.FR, Locale.ES)
_WORDS: dict[str, tuple[str, str, str, str]] = {
    # kinds of documents
    DocumentKind.RECEIPT: ("Receipt", "Quittung", "Reçu", "Recibo"),
    DocumentKind.REFUND_RECEIPT: ("Refund receipt", "Erstattungsbeleg", "Reçu de remboursement", "Recibo de reembolso"),
    DocumentKind.INVOICE: ("Invoice", "Rechnung", "Facture", "Factura"),
    DocumentKind.CREDIT_NOTE: ("Credit note", "Stornorechnung", "Facture d’avoir", "Factura rectificativa"),
    DocumentKind.PAYOUT_STATEMENT: ("Payout statement", "Auszahlungsbeleg", "Relevé de versement", "Justificante de pago"),
    "statement": ("Account statement", "Kontoauszug", "Relevé de compte", "Extracto de cuenta"),
    # lines
    LineItem.ESCROW_DEPOSIT: ("Deposit into escrow", "Einzahlung auf Treuhandkonto", "Dépôt en séquestre", "Depósito en garantía"),
    LineItem.CREDIT_USED: ("Credit used", "Verwendetes Guthaben", "Crédit utilisé", "Crédito utilizado"),
    LineItem.PROMOTION: ("Promotion or credit", "Aktion oder Guthaben", "Promotion ou crédit", "Promoción o crédito"),
    LineItem.ESCROW_REFUND: (
        "Refund from escrow",
        "Erstattung vom Treuhandkonto",
        "Remboursement du séquestre",
        "Reembolso de la garantía",
    ),
    LineItem.REFUND_RETURNED: (
        "Refund sent back by the bank",
        "Von der Bank zurückgewiesene Erstattung",
        "Remboursement renvoyé par la banque",
        "Reembolso devuelto por el banco",
    ),
    LineItem.PLATFORM_FEE: ("Platform fee", "Plattformgebühr", "Frais de plateforme", "Comisión de la plataforma"),
    LineItem.FEE_CREDIT: (
        "Platform fee credited",
        "Gutschrift der Plattformgebühr",
        "Avoir sur frais de plateforme",
        "Abono de la comisión",
    ),
    LineItem.PAYOUT: ("Payout to your bank", "Auszahlung an Ihre Bank", "Versement à votre banque", "Pago a su banco"),
    LineItem.PAYOUT_RETURNED: (
        "Payout sent back by the bank",
        "Von der Bank zurückgewiesene Auszahlung",
        "Versement renvoyé par la banque",
        "Pago devuelto por el banco",
    ),
    "subscription_fee": ("Subscription", "Abonnement", "Abonnement", "Suscripción"),
    "subscription_credit": (
        "Subscription credited",
        "Gutschrift des Abonnements",
        "Avoir sur abonnement",
        "Abono de la suscripción",
    ),
    # tax
    TaxTreatment.STANDARD: ("VAT", "Umsatzsteuer", "TVA", "IVA"),
    TaxTreatment.REVERSE_CHARGE: (
        "Reverse charge: the recipient owes the VAT (Article 196, Directive 2006/112/EC)",
        "Steuerschuldnerschaft des Leistungsempfängers (Art. 196 Richtlinie 2006/112/EG)",
        "Autoliquidation : la TVA est due par le preneur (article 196, directive 2006/112/CE)",
        "Inversión del sujeto pasivo (artículo 196, Directiva 2006/112/CE)",
    ),
    TaxTreatment.OUTSIDE_SCOPE: (
        "Outside the scope of VAT: the place of supply is abroad",
        "Nicht steuerbar: Leistungsort im Ausland",
        "Hors champ de la TVA : lieu de prestation à l’étranger",
        "No sujeto a IVA: lugar de prestación en el extranjero",
    ),
    TaxTreatment.NOT_TAXED: ("No tax", "Ohne Steuer", "Sans taxe", "Sin impuestos"),
    # the rest
    "number": ("Number", "Nummer", "Numéro", "Número"),
    "issued": ("Date of issue", "Ausstellungsdatum", "Date d’émission", "Fecha de emisión"),
    "supplied": ("Date of supply", "Leistungsdatum", "Date de l’opération", "Fecha de la operación"),
    "corrects": ("Corrects", "Korrigiert", "Rectifie", "Rectifica"),
    "recipient": ("To", "An", "À", "A"),
    "tax_id": ("VAT ID", "USt-IdNr.", "N° TVA", "NIF-IVA"),
    "reference": ("Reference", "Referenz", "Référence", "Referencia"),
    "description": ("Description", "Beschreibung", "Description", "Descripción"),
    "amount": ("Amount", "Betrag", "Montant", "Importe"),
    "share": ("{rate} of {basis}", "{rate} von {basis}", "{rate} de {basis}", "{rate} de {basis}"),
    "tax_on": ("{tax} {rate} on {basis}", "{tax} {rate} auf {basis}", "{tax} {rate} sur {basis}", "{tax} {rate} sobre {basis}"),
    "net": ("Net", "Netto", "Total HT", "Base imponible"),
    "total": ("Total", "Gesamt", "Total", "Total"),
    "page": ("Page {page} of {pages}", "Seite {page} von {pages}", "Page {page} sur {pages}", "Página {page} de {pages}"),
    "account": ("Account", "Konto", "Compte", "Cuenta"),
    "period": ("Period", "Zeitraum", "Période", "Período"),
    "opening": ("Opening balance", "Anfangssaldo", "Solde initial", "Saldo inicial"),
    "closing": ("Closing balance", "Endsaldo", "Solde final", "Saldo final"),
    "date": ("Date", "Datum", "Date", "Fecha"),
    "balance": ("Balance", "Saldo", "Solde", "Saldo"),
    # accounts and what happens in them
    StatementAccount.PENDING: ("Pending", "Ausstehend", "En attente", "Pendiente"),
    StatementAccount.AVAILABLE: ("Available", "Verfügbar", "Disponible", "Disponible"),
    StatementAccount.IN_TRANSIT: ("In transit", "Unterwegs", "En cours de versement", "En tránsito"),
    StatementAccount.CREDIT: ("Credit", "Guthaben", "Crédit", "Crédito"),
    "release": ("Payment for work", "Zahlung für Arbeit", "Paiement du travail", "Pago por trabajo"),
    "earned": ("Earned", "Verdient", "Gagné", "Ganado"),
    "taken_back": ("Payment taken back", "Zurückgenommene Zahlung", "Paiement repris", "Pago retirado"),
    "credit_granted": ("Credit given to you", "Erhaltenes Guthaben", "Crédit accordé", "Crédito concedido"),
    "referral_credit": ("Credit for a referral", "Guthaben für eine Empfehlung", "Crédit de parrainage", "Crédito por recomendación"),
    "credit_used": ("Credit used", "Verwendetes Guthaben", "Crédit utilisé", "Crédito utilizado"),
    "credit_returned": ("Credit given back", "Zurückgegebenes Guthaben", "Crédit rendu", "Crédito devuelto"),
    "settle": ("Settled", "Abgerechnet", "Réglé", "Liquidado"),
    "payout_begun": ("Payout begun", "Auszahlung begonnen", "Versement lancé", "Pago iniciado"),
    "payout_paid": ("Payout arrived", "Auszahlung angekommen", "Versement arrivé", "Pago recibido"),
    "payout_failed": ("Payout failed", "Auszahlung gescheitert", "Versement échoué", "Pago fallido"),
    "payout_returned": ("Payout sent back", "Auszahlung zurückgewiesen", "Versement renvoyé", "Pago devuelto"),
    "chargeback": ("Chargeback", "Rückbuchung", "Rétrofacturation", "Contracargo"),
    "chargeback_won": ("Chargeback won", "Rückbuchung gewonnen", "Rétrofacturation gagnée", "Contracargo ganado"),
    "chargeback_lost": ("Chargeback lost", "Rückbuchung verloren", "Rétrofacturation perdue", "Contracargo perdido"),
    "refund_by_bank": ("Refunded by the bank", "Von der Bank erstattet", "Remboursé par la banque", "Reembolsado por el banco"),
    "refund_by_hand": ("Refund by transfer", "Erstattung per Überweisung", "Remboursement par virement", "Reembolso por transferencia"),
    "fund": ("Used to fund", "Zur Einzahlung verwendet", "Utilisé pour un dépôt", "Usado para un depósito"),
    "refund": ("Refund", "Erstattung", "Remboursement", "Reembolso"),
}


def word(name: str, locale: Locale) -> str:
    """What is called so, in this language; a name that has no words stands for itself, readably."""
    words = _WORDS.get(name)
    return name.replace("_", " ").capitalize() if words is None else words[_ORDER.index(locale)]
