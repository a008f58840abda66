"""Trade a refresh token for new tokens."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.context import Client
from contracts.identity.commands import RefreshSession
from contracts.identity.views import TokensView
from identity.domain.account import Account
from identity.domain.errors import RefreshTokenInvalid, RefreshTokenReused
from identity.domain.origin import Origin
from identity.domain.session import RefreshToken, RevokeReason, Session
from identity.domain.tokens import digest
from identity.usecases.ports import Tokens, UnitOfWork
from identity.usecases.show import session_revoked


@dataclass(frozen=True, slots=True)
class RefreshSessionHandler:
    unit_of_work: Callable[[], UnitOfWork]
    tokens: Tokens
    client: Callable[[], Client]
    now: Callable[[], datetime]
    repeat_window: timedelta

    def __call__(self, command: RefreshSession) -> TokensView:
        """Rotate the refresh token and sign an access token with what the account is now.

        A token that was traded before is a sign that two hold it: the session ends for both (RFC 9700, 4.14.2). Where
        a `repeat_window` is granted, the same client asking again within it, while the successor is unused, gets the same
        successor: of one token there is never more than one.

        Raises:
            RefreshTokenInvalid, RefreshTokenReused.
        """
        at = self.now()
        successor = self.tokens.successor(command.refresh_token)
        with self.unit_of_work() as work:
            token, session, account = self._chain(work, command.refresh_token, at)
            honest = self._rotate(work, token, session, digest(successor), at)
            if not honest:
                work.sessions.save(session.revoked(RevokeReason.REFRESH_REUSED, at))
                work.emit(session_revoked(session, RevokeReason.REFRESH_REUSED))
        if not honest:  # only after the revocation is committed
            raise RefreshTokenReused
        return self.tokens.issue(account, session, successor, at)

    def _client(self) -> str:
        """A digest of where the call comes from: two tabs of one browser have the same."""
        client = self.client()
        return digest(f"{client.address} {client.agent}")

    def _chain(self, work: UnitOfWork, refresh_token: str, at: datetime) -> tuple[RefreshToken, Session, Account]:
        token = work.refresh_tokens.get(digest(refresh_token))
        session = work.sessions.get(token.session_id) if token else None
        account = work.accounts.get(session.user_id) if session else None
        if token is None or session is None or account is None or not session.live(at):
            raise RefreshTokenInvalid
        return token, session, account

    def _rotate(self, work: UnitOfWork, token: RefreshToken, session: Session, successor_digest: str, at: datetime) -> bool:
        """Whether this use of the token is an honest one."""
        if token.rotated_at is not None:
            return token.may_be_repeated(work.refresh_tokens.get(successor_digest), at, self.repeat_window, self._client())
        if token.expired(at):
            raise RefreshTokenInvalid
        work.refresh_tokens.save(token.rotated(at, self._client()))
        work.refresh_tokens.add(session.refresh_token(successor_digest, at))
        client = self.client()
        work.sessions.save(session.used(Origin.of(client.address, client.agent), at))
        return True
