"""Dead letters: kept in the service's own database, looked at, replayed in order or discarded, by administrators alone."""
