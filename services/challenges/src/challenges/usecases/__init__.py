"""What challenges does: one verb a file."""
