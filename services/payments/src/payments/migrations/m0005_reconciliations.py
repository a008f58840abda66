"""The daily comparisons with Stripe's books, and the index by which a day's journals are found."""

from __future__ import annotations

from payments.migrations.m0001_initial import migrate

__all__ = ["migrate"]
