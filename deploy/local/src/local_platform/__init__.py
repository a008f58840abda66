"""Starts the platform, or parts of it, as local processes."""
