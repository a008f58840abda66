"""`<service>.dead_letters`: the nameko service that every service process runs beside its own, for its own dead letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nameko.extensions import register_entrypoint

from chassis.dead_letters.collecting import DeadLetterEntrypoint, DeadLetterPost
from chassis.dead_letters.handling import DeadLetterHandling
from chassis.dead_letters.retiring import RetiredQueues
from chassis.entrypoints import UseCasesProvider, rpc, timer
from chassis.principal import Principal
from chassis.topology import handled, retired_queues
from chassis.wiring import Resources
from contracts.admin.commands import DiscardDeadLetter, ReplayDeadLetter, ReplayDeadLetters
from contracts.admin.queries import DEAD_LETTERS, GetDeadLetter, ListDeadLetters
from contracts.admin.views import DeadLetterDetailView, DeadLetterListView, DeadLetterView, ReplayView


@dataclass(frozen=True, slots=True)
class UseCases:
    """What can be done with dead letters."""

    handling: DeadLetterHandling
    post: DeadLetterPost
    retired: RetiredQueues


def build(resources: Resources[Any]) -> UseCases:
    service, amqp_url = resources.settings.service(), resources.settings.amqp_url
    return UseCases(
        DeadLetterHandling(service, resources.store),
        DeadLetterPost(service, resources.store, amqp_url),
        RetiredQueues(retired_queues(service), amqp_url),
    )


class DeadLettersService:
    """Answers for the dead letters of one service, with that service's own rights."""

    name = DEAD_LETTERS
    use_cases: UseCases = UseCasesProvider(build)

    @rpc
    def list_dead_letters(self, query: ListDeadLetters, principal: Principal) -> DeadLetterListView:
        return self.use_cases.handling.list(query, principal)

    @rpc
    def get_dead_letter(self, query: GetDeadLetter, principal: Principal) -> DeadLetterDetailView:
        return self.use_cases.handling.get(query, principal)

    @rpc
    def replay_dead_letter(self, command: ReplayDeadLetter, principal: Principal) -> ReplayView:
        return self.use_cases.handling.replay(command, principal)

    @rpc
    def replay_dead_letters(self, command: ReplayDeadLetters, principal: Principal) -> ReplayView:
        return self.use_cases.handling.replay_queue(command, principal)

    @rpc
    def discard_dead_letter(self, command: DiscardDeadLetter, principal: Principal) -> DeadLetterView:
        return self.use_cases.handling.discard(command, principal)

    @timer(seconds=1)
    def send_replays(self) -> None:
        self.use_cases.post.send()

    @timer(seconds=5)
    def measure(self) -> None:
        self.use_cases.post.measure()

    @timer(seconds=60)
    def unbind_retired(self) -> None:
        self.use_cases.retired.unbind()


def dead_letters_service(service: str, services: Iterable[type]) -> type:
    """The dead letters of a service: of the handlers its classes have, and of those it once had."""
    handlers = [*handled(services), *retired_queues(service)]

    def collect(self: DeadLettersService, message: Any, queue: str) -> None:
        self.use_cases.post.collect(message, queue)

    register_entrypoint(collect, DeadLetterEntrypoint(handlers))
    return type("DeadLetters", (DeadLettersService,), {"name": f"{service}.{DEAD_LETTERS}", "collect": collect})
