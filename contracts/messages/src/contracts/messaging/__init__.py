"""Messages of the messaging service."""
