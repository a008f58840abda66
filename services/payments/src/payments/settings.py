"""What payments is told by its environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings
from contracts.money import Currency, Price
from payments.domain.amount_errors import AmountNotPayable
from payments.domain.currencies import check_payable, step_of


class Settings(ServiceSettings):
    """Variables begin with PAYMENTS_."""

    model_config = SettingsConfigDict(env_prefix="PAYMENTS_", frozen=True)

    personal_data_keys: SecretStr
    stripe_api_key: SecretStr
    stripe_webhook_secret: SecretStr
    stripe_api_base: str | None = None  # where Stripe's API is spoken; Stripe's own address unless given (the sandbox's)
    return_url: str = "http://127.0.0.1:8080/"  # where a bank sends the payer back to after authentication
    payout_minimum_units: int = Field(default=1, ge=0)  # whole units of the currency; smaller payouts are refused
    step_up_payout_units: int = Field(default=1000, ge=0)  # whole units from which a payout wants a fresh proof of who asks
    four_eyes_above_minor: int = Field(default=100_000, ge=0)  # a dispute over more than this is decided by two
    fee_basis_points: int = Field(default=1000, ge=0, le=10_000)  # of what is released; fixed for an escrow at its first funding
    referral_credit_minor: int = Field(default=1000, ge=0)  # what who brought somebody gets, in minor units; 0: nothing
    referral_credit_currency: Currency = "EUR"
    evidence_key: SecretStr  # the private Ed25519 key (JWK JSON) that evidence bundles are signed with
    # The legal entity in whose name documents are issued.
    legal_entity_code: str = Field(default="OC", pattern="^[A-Z0-9]{1,8}$")  # begins the numbers of its documents: never change it
    legal_entity_name: str = Field(default="OpenChance", min_length=1)
    legal_entity_address: tuple[str, ...] = ()
    legal_entity_country: str = Field(default="DE", pattern="^[A-Z]{2}$")
    legal_entity_tax_id: str | None = None
    fee_tax_basis_points: int = Field(default=0, ge=0, le=10_000)  # the tax that the platform's fee contains where it applies
    brand_colour: str = Field(default="#1f3a5f", pattern="^#[0-9a-fA-F]{6}$")
    extra_fonts: tuple[Path, ...] = ()  # for letters that the font of documents lacks, such as Chinese ones

    @model_validator(mode="after")
    def _credit_is_payable(self) -> Self:
        try:
            check_payable(self.referral_credit_minor, step_of(self.referral_credit_currency))
        except AmountNotPayable as refused:
            raise ValueError(f"referral_credit_minor: {refused.message}") from refused
        return self

    @property
    def referral_credit(self) -> Price | None:
        amount, currency = self.referral_credit_minor, self.referral_credit_currency
        return Price(amount_minor=amount, currency=currency) if amount else None
