"""Apply to a challenge."""

from __future__ import annotations

from dataclasses import dataclass

from challenges.domain.application import Application
from challenges.domain.errors import ChallengeClosed, SolverRoleRequired
from challenges.usecases.access import require_verified_email, visible_challenge
from challenges.usecases.claim_limits import ClaimLimits
from challenges.usecases.facts import application_submitted
from challenges.usecases.ports import Begin, KeptOut, NewId, Now
from challenges.usecases.views import application_view
from chassis.principal import Principal
from contracts.challenges.commands import SubmitApplication
from contracts.challenges.views import ApplicationView
from contracts.identity.roles import Role


@dataclass(frozen=True, slots=True)
class SubmitApplicationHandler:
    unit_of_work: Begin
    new_id: NewId
    now: Now
    limits: ClaimLimits
    kept_out: KeptOut

    def __call__(self, command: SubmitApplication, principal: Principal) -> ApplicationView:
        """Record an application to an open challenge.

        The challenge counts it, so that an application and an acceptance or a cancellation at the same moment cannot
        both go through. Nobody applies to somebody who is suspended or banned, and could not answer.

        Raises:
            SolverRoleRequired, EmailNotVerified, ChallengeNotFound, OwnChallenge, ChallengeClosed, BudgetCurrency,
            BudgetOutOfBounds, AlreadyApplied, ClaimLimitReached.
        """
        if not principal.has(Role.SOLVER):
            raise SolverRoleRequired
        require_verified_email(principal)
        at = self.now()
        with self.unit_of_work() as work:
            challenge = visible_challenge(work.challenges, command.challenge_id, principal.user_id)
            if self.kept_out((challenge.challenger_id,)):
                raise ChallengeClosed
            application = Application.to(
                challenge,
                self.new_id("application"),
                principal.user_id,
                at=at,
                proposal=command.proposal,
                timeline_days=command.timeline_days,
                budget=command.budget,
                attachments=command.attachments,
            )
            counted = challenge.count_application(at)
            work.applications.add(application)
            self.limits.check(principal.user_id, work.applications.claims_of(principal.user_id))
            work.challenges.save(counted)
            work.emit(application_submitted(application))
            return work.answer(application_view(application))
