"""Messages of the payments service."""
