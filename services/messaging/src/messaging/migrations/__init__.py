"""Changes to the database of messaging: numbered, idempotent, forward-only."""
