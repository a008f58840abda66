"""Changes to the database of matching: numbered, idempotent, forward-only."""
