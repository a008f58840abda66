"""Where payments meets the world: database, vendors."""
