"""What administrators may do with the dead letters of a service: list, look, replay, discard."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from pymongo.client_session import ClientSession

from chassis import audit
from chassis.dead_letters.letter import Letter, detail, view
from chassis.dead_letters.letters import Letters
from chassis.mongo import MongoUnitOfWork, Store
from chassis.paging import InvalidCursor
from chassis.principal import Principal
from contracts import topology
from contracts.admin.commands import DiscardDeadLetter, ReplayDeadLetter, ReplayDeadLetters
from contracts.admin.queries import GetDeadLetter, ListDeadLetters
from contracts.admin.views import DeadLetterDetailView, DeadLetterListView, DeadLetterView, LetterStatus, ReplayView
from contracts.errors import DomainError, Kind
from contracts.identity.roles import Role

_REPLAYED_AT_ONCE = 500


class NoSuchLetter(DomainError):
    """There is no such dead letter."""

    kind: ClassVar[Kind] = Kind.NOT_FOUND
    code: ClassVar[str] = "chassis.dead_letter.not_found"


class AdministratorsOnly(DomainError):
    """Only administrators may do this."""

    kind: ClassVar[Kind] = Kind.FORBIDDEN
    code: ClassVar[str] = "chassis.role.admin_required"


class HandlerRetired(DomainError):
    """The handler of this event is gone: discard the letter."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "chassis.dead_letter.handler_retired"


class NotWaiting(DomainError):
    """The letter was replayed: it waits no more."""

    kind: ClassVar[Kind] = Kind.CONFLICT
    code: ClassVar[str] = "chassis.dead_letter.not_waiting"


class _Work(MongoUnitOfWork):
    letters: Letters

    def open(self, session: ClientSession) -> None:
        self._session_of_audit = session
        self.letters = Letters(self._store.database, session)

    def act(self, service: str, action: str, target: str, reason: str | None, actor: Principal) -> None:
        """Keep and publish who did what."""
        action = f"dead_letters.{action}"
        taken = audit.record(self._store, self._session_of_audit, service=service, action=action, target=target, reason=reason, actor=actor)
        self.emit(taken)


class DeadLetterHandling:
    """The use cases. Support may see what there is; what is in a letter, and acting on it, is for administrators."""

    def __init__(self, service: str, store: Store) -> None:
        self._service = service
        self._store = store
        self._work: Callable[[], _Work] = lambda: _Work(store)

    def list(self, query: ListDeadLetters, principal: Principal) -> DeadLetterListView:
        """Raises: NoSuchLetter to who may not know; InvalidCursor."""
        _require_staff(principal)
        if query.cursor is not None and not query.cursor.startswith("letter_"):
            raise InvalidCursor
        found, after = Letters(self._store.database).page(query.status, query.queue, query.cursor, query.limit)
        return DeadLetterListView(items=tuple(view(letter, self._service) for letter in found), next_cursor=after)

    def get(self, query: GetDeadLetter, principal: Principal) -> DeadLetterDetailView:
        """Raises: NoSuchLetter, AdministratorsOnly."""
        _require_admin(principal)
        return detail(_found(Letters(self._store.database), query.letter_id), self._service)

    def replay(self, command: ReplayDeadLetter, principal: Principal) -> ReplayView:
        """Raises: NoSuchLetter, AdministratorsOnly, HandlerRetired."""
        _require_admin(principal)
        with self._work() as work:
            letter = _found(work.letters, command.letter_id)
            if letter["status"] != LetterStatus.WAITING:
                return work.answer(ReplayView(replayed=(), more=False))
            self._require_handler(letter["queue"])
            ids = work.letters.waiting(letter["queue"], letter["subject"]) if letter["subject"] else [letter["_id"]]
            work.letters.begin_replay(ids)
            work.act(self._service, "replayed", letter["_id"], command.reason, principal)
            return work.answer(ReplayView(replayed=tuple(ids), more=False))

    def replay_queue(self, command: ReplayDeadLetters, principal: Principal) -> ReplayView:
        """Raises: NoSuchLetter where the queue is none of this service, AdministratorsOnly, HandlerRetired."""
        _require_admin(principal)
        with self._work() as work:
            found = work.letters.waiting(command.queue, limit=_REPLAYED_AT_ONCE + 1)
            if not found:
                if command.queue not in topology.CONSUMERS.get(self._service, {}):
                    raise NoSuchLetter("No such queue, or nothing is dead in it.")
                return work.answer(ReplayView(replayed=(), more=False))
            self._require_handler(command.queue)
            ids = found[:_REPLAYED_AT_ONCE]
            work.letters.begin_replay(ids)
            work.act(self._service, "replayed", command.queue, command.reason, principal)
            return work.answer(ReplayView(replayed=tuple(ids), more=len(found) > len(ids)))

    def discard(self, command: DiscardDeadLetter, principal: Principal) -> DeadLetterView:
        """Raises: NoSuchLetter, AdministratorsOnly, NotWaiting."""
        _require_admin(principal)
        with self._work() as work:
            letter = _found(work.letters, command.letter_id)
            if letter["status"] in (LetterStatus.REPLAYING, LetterStatus.REPLAYED):
                raise NotWaiting
            if letter["status"] == LetterStatus.WAITING:
                work.letters.discard(letter, command.reason, self._store.clock.now())
                work.act(self._service, "discarded", letter["_id"], command.reason, principal)
            return work.answer(view(_found(work.letters, command.letter_id), self._service))

    def _require_handler(self, queue: str) -> None:
        if queue in topology.RETIRED.get(self._service, {}):
            raise HandlerRetired


def _found(letters: Letters, letter_id: str) -> Letter:
    letter = letters.get(letter_id)
    if letter is None:
        raise NoSuchLetter
    return letter


def _require_staff(principal: Principal) -> None:
    if not principal.roles & {Role.ADMIN, Role.SUPPORT}:
        raise NoSuchLetter


def _require_admin(principal: Principal) -> None:
    _require_staff(principal)
    if not principal.has(Role.ADMIN):
        raise AdministratorsOnly
