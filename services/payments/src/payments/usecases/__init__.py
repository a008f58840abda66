"""What payments does: one verb a file."""
