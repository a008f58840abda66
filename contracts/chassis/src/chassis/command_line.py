"""`openchance dlq list|show|replay|discard`: dead letters by hand, asked of the services over the broker, the gateway left out.

What a service brings that works offline is run from here too: `openchance verify-proof` is `main` of its module `verify_proof`.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from chassis.dead_letters.asking import LIST_PATIENCE_S, ask_services
from chassis.rpc_client import InternalError, RpcClient
from contracts.admin.commands import DiscardDeadLetter, ReplayDeadLetter, ReplayDeadLetters
from contracts.admin.queries import GetDeadLetter, ListDeadLetters
from contracts.admin.views import DeadLetterDetailView, DeadLetterListView, LetterStatus
from contracts.base import Request, View
from contracts.catalogue import SERVICES
from contracts.errors import ProblemError

Answer = TypeVar("Answer", bound=View)

BROKER, TOKEN = "OPENCHANCE_AMQP_URL", "OPENCHANCE_ACCESS_TOKEN"
_TIMEOUT_S = 10.0
_OK, _REFUSED, _USAGE = 0, 1, 2


class Desk:
    """The services, asked in the name of whoever holds the token."""

    def __init__(self, client: RpcClient, token: str, services: Sequence[str]) -> None:
        self._client = client
        self._token = token
        self._services = services

    async def ask(self, request: Request[Answer], timeout: float = _TIMEOUT_S) -> Answer:  # noqa: ASYNC109 - it travels with the call
        """Raises: ProblemError, InternalError."""
        return await ask_services(
            request, lambda desk: self._client.call(request, token=self._token, timeout=timeout, to=desk), self._services
        )


async def _list(desk: Desk, given: argparse.Namespace) -> int:
    query = ListDeadLetters(queue=given.queue, status=LetterStatus(given.status), cursor=given.cursor, limit=given.limit)
    found = await desk.ask(query, LIST_PATIENCE_S)
    _say(found.model_dump_json(indent=2) if given.json else _table(found))
    for service in found.degraded:
        _complain(f"{service} does not answer: its letters are missing here")
    return _REFUSED if found.degraded else _OK


async def _show(desk: Desk, given: argparse.Namespace) -> int:
    letter = await desk.ask(GetDeadLetter(letter_id=given.letter))
    _say(letter.model_dump_json(indent=2) if given.json else _described(letter))
    return _OK


async def _replay(desk: Desk, given: argparse.Namespace) -> int:
    replayed: list[str] = []
    for letter in given.letters:
        replayed += (await desk.ask(ReplayDeadLetter(letter_id=letter, reason=given.reason))).replayed
    more = given.queue is not None
    while more:
        answer = await desk.ask(ReplayDeadLetters(queue=given.queue, reason=given.reason))
        replayed += answer.replayed
        more = answer.more
    _say("\n".join([*replayed, f"{len(replayed)} replayed"]))
    return _OK


async def _discard(desk: Desk, given: argparse.Namespace) -> int:
    for letter in given.letters:
        discarded = await desk.ask(DiscardDeadLetter(letter_id=letter, reason=given.reason))
        _say(f"{discarded.id} discarded")
    return _OK


def _table(found: DeadLetterListView) -> str:
    lines = [f"{len(found.items)} dead letters" + (f", more with --cursor {found.next_cursor}" if found.next_cursor else "")]
    for letter in found.items:
        place = letter.subject + (f" #{letter.sequence}" if letter.sequence is not None else "")
        lines.append(f"{letter.id}  {letter.last_failed_at:%Y-%m-%d %H:%M:%S}Z  {letter.queue}  {place}  {letter.error[:100]}")
    return "\n".join(lines)


def _described(letter: DeadLetterDetailView) -> str:
    fields = letter.model_dump(mode="json", exclude={"headers", "body", "traceback"})
    lines = [f"{name + ':':<17} {'-' if value is None else value}" for name, value in fields.items()]
    lines += ["", "headers", *(f"  {name}: {value}" for name, value in letter.headers.items()), "", "body", f"  {letter.body}"]
    return "\n".join(lines + (["", letter.traceback.rstrip()] if letter.traceback else []))


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="openchance",
        epilog=f"The environment says where and who: {BROKER}, {TOKEN} (an administrator's). "
        "Offline: `openchance verify-proof FILE` and `openchance verify-bundle FILE --keys KEYS`, where payments is installed.",
    )
    parser.add_argument("--service", choices=SERVICES, action="append", help="ask this service alone; may be given more than once")
    areas = parser.add_subparsers(required=True, metavar="dlq")
    dlq = areas.add_parser("dlq", help="dead letters: events that their handlers could not handle")
    actions = dlq.add_subparsers(required=True, metavar="list|show|replay|discard")

    listing = actions.add_parser("list", help="what waits, the oldest first")
    listing.add_argument("--queue")
    listing.add_argument("--status", choices=[status.value for status in LetterStatus], default=LetterStatus.WAITING.value)
    listing.add_argument("--limit", type=int, default=20)
    listing.add_argument("--cursor")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(act=_list)

    showing = actions.add_parser("show", help="a letter with its error and its message")
    showing.add_argument("letter")
    showing.add_argument("--json", action="store_true")
    showing.set_defaults(act=_show)

    replaying = actions.add_parser("replay", help="hand letters to their handlers again, with all of the same aggregate, in order")
    replaying.add_argument("letters", nargs="*", metavar="letter")
    replaying.add_argument("--queue", help="everything that waits in this queue")
    replaying.add_argument("--reason")
    replaying.set_defaults(act=_replay)

    discarding = actions.add_parser("discard", help="give letters up")
    discarding.add_argument("letters", nargs="+", metavar="letter")
    discarding.add_argument("--reason", required=True)
    discarding.set_defaults(act=_discard)
    given = parser.parse_args(arguments)
    if given.act is _replay and bool(given.letters) == bool(given.queue):
        replaying.error("name letters, or a queue")
    return given


async def _run(given: argparse.Namespace, amqp_url: str, token: str) -> int:
    client = RpcClient(amqp_url)
    await client.start()
    try:
        return int(await given.act(Desk(client, token, given.service or SERVICES), given))
    except ProblemError as error:
        _complain(f"{error.problem.detail} ({error.problem.code})")
        for field in error.problem.fields:
            _complain(f"  {field.pointer}: {field.detail}")
    except InternalError as error:
        _complain(f"a service failed: {error}")
    finally:
        await client.stop()
    return _REFUSED


def _offline_command(name: str) -> Callable[[list[str]], Any] | None:
    """`main` of the module that is called so, right in the package of a service that is installed here."""
    if not re.fullmatch(r"verify-[a-z]+", name):
        return None
    for service in SERVICES:
        module = f"{service}.{name.replace('-', '_')}"
        if importlib.util.find_spec(service) is not None and importlib.util.find_spec(module) is not None:
            command: Callable[[list[str]], Any] = importlib.import_module(module).main
            return command
    return None


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """The command `openchance`."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments and (offline := _offline_command(arguments[0])) is not None:
        return int(offline(list(arguments[1:])))
    given = _arguments(arguments)
    missing = [name for name in (BROKER, TOKEN) if not os.environ.get(name)]
    if missing:
        _complain("\n".join(f"{name} is missing" for name in missing))
        return _USAGE
    try:
        return asyncio.run(_run(given, os.environ[BROKER], os.environ[TOKEN]))
    except ValueError as error:  # pydantic's complaint about an argument
        _complain(str(error))
        return _USAGE


if __name__ == "__main__":
    sys.exit(main())
