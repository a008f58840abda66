"""Messages of the matching service."""
