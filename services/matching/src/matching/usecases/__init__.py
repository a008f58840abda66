"""What matching does: one verb a file."""
