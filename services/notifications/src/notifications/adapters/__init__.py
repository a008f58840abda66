"""Where notifications meets the world: database, vendors."""
