"""Messages of the notifications service."""
