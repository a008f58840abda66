"""Stripe's test bank accounts for debits: https://docs.stripe.com/payments/sepa-debit, /payments/ach-direct-debit, under "Test"."""

from sandbox.stripe.test_cards import Card, Decline


def _failed(code: str, message: str) -> Decline:
    return Decline(code, None, message)


_GENERIC = _failed("payment_method_provider_decline", "The payment was declined by the payer's bank.")
_COUNTRIES = {
    "at": "AT611904300234573201",
    "de": "DE89370400440532013000",
    "es": "ES0700120345030000067890",
    "fr": "FR1420041010050500013M02606",
    "it": "IT40S0542811101000000123456",
    "nl": "NL39RABO0300065264",
}


def _sepa(country: str, iban: str) -> dict[str, Card]:
    def account(declines: Decline | None = None, disputed: str | None = None) -> Card:
        return Card(iban, type="sepa_debit", country=country.upper(), declines=declines, disputed=disputed)

    return {
        f"pm_success_{country}": account(),
        f"pm_failed_{country}": account(_GENERIC),
        f"pm_insufficientFunds_{country}": account(_failed("insufficient_funds", "The payer's account has insufficient funds.")),
        f"pm_disputed_{country}": account(disputed="debit_not_authorized"),
    }


def _ach(number: str, declines: Decline | None = None, disputed: str | None = None) -> Card:
    return Card(number, type="us_bank_account", declines=declines, disputed=disputed)


# By their whole names: they follow no common form.
DEBITS: dict[str, Card] = {name: account for country, iban in _COUNTRIES.items() for name, account in _sepa(country, iban).items()} | {
    "pm_usBankAccount_success": _ach("000123456789"),
    "pm_usBankAccount_accountClosed": _ach("000111111113", _failed("account_closed", "The bank account has been closed.")),
    "pm_usBankAccount_noAccount": _ach("000111111116", _failed("no_account", "The bank account could not be located.")),
    "pm_usBankAccount_insufficientFunds": _ach("000222222227", _failed("insufficient_funds", "The account has insufficient funds.")),
    "pm_usBankAccount_debitNotAuthorized": _ach("000333333335", _failed("debit_not_authorized", "Debits are not authorized.")),
    "pm_usBankAccount_dispute": _ach("000555555559", disputed="debit_not_authorized"),
}
CURRENCY = {"sepa_debit": "eur", "us_bank_account": "usd"}
