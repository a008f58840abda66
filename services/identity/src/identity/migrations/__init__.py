"""Changes to the database of identity: numbered, idempotent, forward-only."""
