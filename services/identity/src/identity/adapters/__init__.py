"""Where identity meets the world: database, vendors."""
