"""Where challenges meets the world: database, vendors."""
