"""The challenges service."""
