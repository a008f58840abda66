"""Ask for the end of one's account and of all data of oneself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chassis.principal import Principal, SessionEnded
from contracts.identity.events import PersonDeletionStarted
from contracts.identity.privacy import DeletionStartedView
from identity.domain.personal_data import Deletion, ObligationsOpen
from identity.domain.session import RevokeReason
from identity.domain.tokens import digest
from identity.usecases.end_sessions import end_sessions
from identity.usecases.end_tokens import end_tokens_of
from identity.usecases.membership import give_up_ownership
from identity.usecases.ports import Tokens
from identity.usecases.privacy_ports import BeginPrivacy, OtherServices
from identity.usecases.show_personal_data import deletion_view


@dataclass(frozen=True, slots=True)
class RequestDeletionHandler:
    begin: BeginPrivacy
    services: OtherServices
    tokens: Tokens
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def __call__(self, principal: Principal) -> DeletionStartedView:
        """The account goes at once and with it every way in; what else is kept goes as each service hears of it (decision 0059).

        What comes to be owed between the question and the end of the sessions is seen by the service itself, which then waits. Whom an
        organisation is left to is settled here and now: two owners who leave at once would each count on the other.

        Raises:
            StepUpRequired, SessionEnded.
            ObligationsOpen: with all of them.
            ServicesAway: not everybody could be asked.
        """
        at = self.now()
        principal.require_fresh(at)
        if owed := self.services.obligations(principal.token):
            raise ObligationsOpen(owed)
        token = self.tokens.new()
        with self.begin() as work:
            account = work.accounts.get(principal.user_id)
            if account is None:
                raise SessionEnded
            if owed := give_up_ownership(work, account.id):
                raise ObligationsOpen(owed)
            deletion = Deletion(self.new_id("deletion"), 1, account.id, digest(token), at)
            end_sessions(work, account.id, RevokeReason.ERASED, at)
            end_tokens_of(work, account.id, RevokeReason.ERASED, self.new_id)
            work.verifications.remove(account.id)
            if account.email_verified:  # else it may be another's, and what others wrote down of it is not of this person
                work.forget_address(account.email)
            work.accounts.remove(account.id)
            work.deletions.add(deletion)
            work.emit(PersonDeletionStarted(user_id=account.id, deletion_id=deletion.id))
        return DeletionStartedView(deletion=deletion_view(deletion), certificate_token=token)
