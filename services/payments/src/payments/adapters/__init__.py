"""Where payments meets the world: database, vendors."""

from chassis.lean import without

with without("aiohttp", "httpx"):  # Stripe's SDK would import both for a client on asyncio; ours is on requests
    import stripe  # noqa: F401
with without("numpy"):  # fpdf2 would use it for images with a transparent ground, which no paper of ours has
    import fpdf  # noqa: F401
