"""The clock of silence: delivered work to which the challenger says nothing for long enough counts as approved (decision 0080)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from payments.domain.milestone import Milestone

SILENCE = timedelta(days=14)


def silence_ends_at(step: Milestone) -> datetime | None:
    """When this work counts as approved; not while nothing could be paid for it, or a dispute shows that there is no silence."""
    return step.release_due_at if step.free and not step.disputed else None


def delivered(step: Milestone, due_at: datetime, sequence: int) -> Milestone:
    """Work came in, in the `sequence`-th fact of its challenge. The clock starts, unless newer news came first or its money went back."""
    if sequence <= step.work_sequence:
        return replace(step, delivered=True)
    return replace(step, delivered=True, release_due_at=None if step.given_back else due_at, work_sequence=sequence)


def sent_back(step: Milestone, sequence: int) -> Milestone:
    """The challenger wants changes: that is no silence. Newer work waits on."""
    return step if sequence <= step.work_sequence else replace(step, release_due_at=None, work_sequence=sequence)


def heard(step: Milestone, at: datetime) -> Milestone:
    """What kept the money where it is has ended: whoever was waiting for that has the whole time again from now on."""
    return step if step.release_due_at is None else replace(step, release_due_at=max(step.release_due_at, at + SILENCE))
