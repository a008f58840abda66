"""The exchanges that several share, by name: they come with the broker's users, and nobody else needs the right to declare them."""

REQUESTS = "nameko-rpc"  # requests and their answers
PUBLIC = "openchance.public"  # the events that partners may have


def events_of(source: str) -> str:
    """The exchange of a source's events."""
    return f"{source}.events"
