"""The clock of silence: delivered work to which the challenger says nothing for long enough counts as approved (decision 0080)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from payments.domain.milestone import Milestone

SILENCE = timedelta(days=14)


def silence_ends_at(step: Milestone) -> datetime | None:
    """When this work counts as approved; not while nothing could be paid for it, or a dispute shows that there is no silence."""
    return step.release_due_at if step.free and not step.disputed else None


def heard(step: Milestone, at: datetime) -> Milestone:
    """What kept the money where it is has ended: whoever was waiting for that has the whole time again from now on."""
    return step if step.release_due_at is None else replace(step, release_due_at=max(step.release_due_at, at + SILENCE))
