"""The collection of chargebacks."""

from __future__ import annotations

from payments.migrations.m0001_initial import migrate

__all__ = ["migrate"]
