"""The relay: an asyncio process that publishes outbox rows in order and marks them sent. `python -m chassis.relay`."""
