"""How a money movement goes from step to step, whatever crashes."""
