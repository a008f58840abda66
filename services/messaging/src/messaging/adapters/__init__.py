"""Where messaging meets the world: database, vendors."""
