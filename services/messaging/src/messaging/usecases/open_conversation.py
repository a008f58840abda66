"""Bring the two sides of an engagement together."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from contracts.challenges.events import ApplicationAccepted
from contracts.messaging.views import ConversationKind
from messaging.domain.conversation import Conversation, Participant
from messaging.usecases.ports import UnitOfWork
from messaging.usecases.show import conversation_opened


@dataclass(frozen=True, slots=True)
class OpenConversationHandler:
    unit_of_work: Callable[[], UnitOfWork]
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, event: ApplicationAccepted) -> None:
        """Open a conversation between challenger and solver, once for an application."""
        with self.unit_of_work() as work:
            if work.conversations.of_application(event.application_id):
                return
            if work.erased(event.challenger_id) or work.erased(event.solver_id):
                return
            at = self.now()
            conversation = Conversation(
                id=self.new_id("conversation"),
                version=1,
                kind=ConversationKind.ENGAGEMENT,
                title=event.challenge_title,
                challenge_id=event.challenge_id,
                application_id=event.application_id,
                participants=(Participant(event.challenger_id), Participant(event.solver_id)),
                last_seq=0,
                last_message=None,
                created_at=at,
                active_at=at,
            )
            work.conversations.add(conversation)
            work.emit(conversation_opened(conversation))
