"""Changes to the database of payments: numbered, idempotent, forward-only."""
