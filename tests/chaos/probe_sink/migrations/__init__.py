"""What the database of the probe that hears needs."""
