"""Where matching meets the world: database, vendors."""
