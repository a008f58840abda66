"""What notifications refuses."""

from __future__ import annotations

from contracts.errors import DomainError, Kind


class PreferencesStale(DomainError):
    """The preferences have changed since they were read: read them again and repeat the change."""

    kind = Kind.CONFLICT
    code = "notifications.preferences.stale"
