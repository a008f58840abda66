"""Money: integer minor units and an ISO 4217 currency. No floats, no arithmetic across currencies."""

from typing import Annotated

from pydantic import AfterValidator, Field

from contracts.base import View


def _codes(listed: str) -> list[str]:
    return listed.split()


# ISO 4217 active codes whose minor unit is not two digits (SIX, list one); everything else below has two.
_EXPONENTS = {
    **dict.fromkeys(_codes("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0),
    **dict.fromkeys(_codes("BHD IQD JOD KWD LYD OMR TND"), 3),
}
_TWO_DIGITS = _codes(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW"
)
CURRENCY_EXPONENTS: dict[str, int] = {**dict.fromkeys(_TWO_DIGITS, 2), **_EXPONENTS}
MAX_AMOUNT_MINOR = 10**12


def _known(code: str) -> str:
    if code not in CURRENCY_EXPONENTS:
        raise ValueError("not an ISO 4217 currency code in capitals, such as EUR")
    return code


Currency = Annotated[str, AfterValidator(_known)]


class Money(View):
    """An amount of zero or more in minor units (cents for EUR, yen for JPY)."""

    amount_minor: Annotated[int, Field(ge=0, le=MAX_AMOUNT_MINOR)]
    currency: Currency


class Price(Money):
    """An amount above zero: what something costs or pays."""

    amount_minor: Annotated[int, Field(gt=0, le=MAX_AMOUNT_MINOR)]


class SignedMoney(Money):
    """An amount that may be below zero: a balance after a chargeback."""

    amount_minor: Annotated[int, Field(ge=-MAX_AMOUNT_MINOR, le=MAX_AMOUNT_MINOR)]
