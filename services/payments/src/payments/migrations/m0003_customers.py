"""Stripe's customers; what m0001 does not make in a database that it has been run on."""

from __future__ import annotations

from payments.migrations.m0001_initial import migrate

__all__ = ["migrate"]
