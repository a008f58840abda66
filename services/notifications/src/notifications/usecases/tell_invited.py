"""Tell people that they are invited to a private challenge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from chassis.context import Delivery
from chassis.retry import NotYet
from contracts.challenges.events import ChallengePublished, ChallengeUpdated
from notifications.domain.facts import Fact
from notifications.domain.invitations import is_private
from notifications.usecases.ports import UnitOfWork
from notifications.usecases.tell import TellHandler

log = structlog.get_logger(__name__)
PATIENCE = 3  # attempts; in the usual tiers more than half a minute


@dataclass(frozen=True, slots=True)
class TellInvitedHandler:
    unit_of_work: Callable[[], UnitOfWork]
    tell: TellHandler

    def __call__(self, event: ChallengePublished | ChallengeUpdated, delivery: Delivery) -> None:
        """Each person once for each challenge: an edit tells those who were not invited before.

        Ids come from the challenger and may be nobody's. Somebody who registered just now is waited for, but not for ever: the
        others are not to miss their invitation.

        Raises:
            NotYet: identity has not told us yet who somebody is.
        """
        if not is_private(event):
            return
        with self.unit_of_work() as work:
            before = work.invitations.of(event.challenge_id)
            news = before.news(event, delivery.sequence)
            if news is None or work.erased(event.challenger_id):
                return
            known = [fact for fact in news if not work.erased(fact.recipient_id) and self._is_known(work, fact, delivery)]
            for fact in known:
                self.tell.within(work, fact, delivery.event_id)
            work.invitations.save(before.heeded(event, delivery.sequence, (fact.recipient_id for fact in known)))

    def _is_known(self, work: UnitOfWork, fact: Fact, delivery: Delivery) -> bool:
        if work.contacts.get(fact.recipient_id) is not None:
            return True
        if delivery.attempt < PATIENCE:
            raise NotYet(fact.recipient_id)
        log.warning("invited_unknown", challenge_id=delivery.subject)
        return False
