"""State that all replicas share in Redis. None of it is the truth of anything: each part goes on without Redis."""
