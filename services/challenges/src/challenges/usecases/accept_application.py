"""Choose the solver."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.errors import ApplicantUnavailable
from challenges.usecases.access import existing_challenge, received_application
from challenges.usecases.ending import let_go
from challenges.usecases.facts import application_accepted, updated
from challenges.usecases.ports import Begin, KeptOut, NewId, Now
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.commands import AcceptApplication
from contracts.challenges.terms import RejectReason
from contracts.challenges.views import ApplicationView


@dataclass(frozen=True, slots=True)
class AcceptApplicationHandler:
    unit_of_work: Begin
    new_id: NewId
    now: Now
    kept_out: KeptOut

    def __call__(self, command: AcceptApplication, principal: Principal) -> ApplicationView:
        """Start the challenge with this solver and close every other pending application, in one transaction.

        Of several at once one wins: each writes the challenge, so that the others run again and find it taken.

        Raises:
            ApplicationNotFound, NotOwner, ChallengeClosed, ApplicationNotPending.
            ApplicantUnavailable: who applied is suspended or banned.
            ApplicationStale: the offer is another one than the caller has read.
        """
        at = self.now()
        with self.unit_of_work() as work:
            chosen = received_application(work.applications, command.application_id, principal.user_id)
            chosen.expect(command.expected_version)
            waiting = existing_challenge(work.challenges, chosen.challenge_id)
            started = waiting.accept(chosen.id, chosen.applicant_id, chosen.budget, at=at, new_id=self.new_id)
            if self.kept_out((chosen.applicant_id,)):
                raise ApplicantUnavailable
            accepted = work.applications.save(chosen.accept(at))
            challenge = work.challenges.save(started)
            work.emit(application_accepted(challenge, accepted))
            let_go(work, challenge.id, RejectReason.ANOTHER_ACCEPTED, at)
            work.emit(updated(challenge))
            return work.answer(application_view(accepted))
