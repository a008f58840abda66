"""What every service does about one person's data: who was erased, what stands in the way, a copy of it, its end."""
