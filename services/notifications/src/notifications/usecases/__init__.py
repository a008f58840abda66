"""What notifications does: one verb a file."""
