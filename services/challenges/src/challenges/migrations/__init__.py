"""Changes to the database of challenges: numbered, idempotent, forward-only."""
