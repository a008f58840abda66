"""Messages of the challenges service."""
