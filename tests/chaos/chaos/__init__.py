"""Shows the delivery promises under faults: a seeded plan, real processes, a recorded history, a checker that knows only that."""
