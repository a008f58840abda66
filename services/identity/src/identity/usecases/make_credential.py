"""What API keys and clients have in common: how they are made, renewed, ended and used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.principal import Principal
from contracts.identity.events import CredentialRotated
from contracts.identity.scopes import MACHINE_SCOPES
from identity.domain.credential import MOST, Credential, KeptSecret, Kind, prefix_of
from identity.domain.credential_errors import ScopeForPeople, TooManyCredentials
from identity.domain.tokens import digest
from identity.usecases.end_tokens import end_tokens, revoke
from identity.usecases.live_session import live_session
from identity.usecases.organisation_ports import KeyTokens
from identity.usecases.ports import UnitOfWork
from identity.usecases.show_credential import credential_created, credential_of, owner_for


@dataclass(frozen=True, slots=True)
class MakeCredential:
    """Secrets are given out once and kept as digests; answers that hold one are not recorded under idempotency keys."""

    unit_of_work: Callable[[], UnitOfWork]
    tokens: KeyTokens
    new_id: Callable[[str], str]
    now: Callable[[], datetime]

    def create(
        self, principal: Principal, kind: Kind, organisation_id: str | None, name: str, scopes: tuple[str, ...], days: int
    ) -> tuple[Credential, str]:
        """Raises:
        StepUpRequired, SessionEnded, OrganisationNotFound, RoleTooLow, ScopeForPeople, TooManyCredentials.
        """
        at = self.now()
        principal.require_fresh(at)
        secret, kept = self._secret(kind, at, timedelta(days=days))
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            owner_id = owner_for(work, principal, organisation_id)
            if organisation_id is not None and (refused := sorted(set(scopes) - MACHINE_SCOPES)):
                raise ScopeForPeople(refused)
            if sum(1 for one in work.credentials.of(owner_id, kind) if one.live(at)) >= MOST:
                raise TooManyCredentials
            made = Credential(
                id=self.new_id("apikey" if kind is Kind.KEY else "client"),
                version=1,
                kind=kind,
                owner_id=owner_id,
                created_by=principal.user_id,
                name=name,
                scopes=tuple(dict.fromkeys(scopes)),
                secrets=(kept,),
                session_id=self.new_id("session"),
                created_at=at,
            )
            work.credentials.add(made)
            work.emit(credential_created(made))
        return made, secret

    def rotate(self, principal: Principal, kind: Kind, credential_id: str, overlap: timedelta) -> tuple[Credential, str]:
        """The new secret lives as long as the one before was given. Without an overlap the tokens that are out end too.

        Raises:
            StepUpRequired, SessionEnded, CredentialNotFound, RoleTooLow, CredentialRevoked.
        """
        at = self.now()
        principal.require_fresh(at)
        with self.unit_of_work() as work:
            live_session(work, principal, at)
            before = credential_of(work, principal, credential_id, kind)
            secret, kept = self._secret(kind, at, before.life)
            rotated = before.rotated(kept, overlap, before.session_id if overlap else self.new_id("session"), at)
            if not overlap:
                end_tokens(work, before)
            work.credentials.save(rotated)
            until = rotated.secrets[1].expires_at if len(rotated.secrets) > 1 else at
            work.emit(CredentialRotated(credential_id=before.id, owner_id=before.owner_id, overlap_until=until))
        return rotated, secret

    def revoke(self, principal: Principal, kind: Kind, credential_id: str) -> None:
        """Asks for no fresh proof: who suspects a thief should be faster than the thief. Twice is once.

        Raises:
            CredentialNotFound, RoleTooLow.
        """
        with self.unit_of_work() as work:
            revoke(work, credential_of(work, principal, credential_id, kind), self.now())

    def used(self, credential: Credential) -> None:
        """Leave a mark of its use, unless there is a recent one."""
        marked = credential.used(self.now())
        if marked is None:
            return
        with self.unit_of_work() as work:
            if work.credentials.get(credential.id) == credential:  # who was faster has marked it
                work.credentials.save(marked)

    def _secret(self, kind: Kind, at: datetime, life: timedelta) -> tuple[str, KeptSecret]:
        secret = self.tokens.new_secret(kind)
        return secret, KeptSecret(digest(secret), prefix_of(secret), at, at + life)
