"""What the database of the tiny service needs."""
