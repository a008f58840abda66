"""What the database of the probe that records needs."""
