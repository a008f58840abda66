"""A local stand-in for the vendors, for development and tests."""
