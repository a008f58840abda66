"""What a payer's bank wants of the payer before it pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PayerAction:
    """What the payer's bank wants of the payer: at `url`, or through the processor's script with `client_secret`."""

    url: str | None
    client_secret: str | None
    expires_at: datetime
