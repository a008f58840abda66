"""Changes to the database of notifications: numbered, idempotent, forward-only."""
