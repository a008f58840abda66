"""The public language of OpenChance: every message that crosses a process boundary. Depends on pydantic alone."""
