"""What messaging does: one verb a file."""
