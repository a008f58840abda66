"""One letter for each event and handler, whatever the broker delivers twice or late, and what is shown of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest

from chassis.dead_letters import letters as collection
from chassis.dead_letters.letter import Letter, detail, headers_again, read
from chassis.dead_letters.letters import Letters
from chassis.ids import new_id
from chassis.mongo import Store

QUEUE = "notifications.on_email_verified"


@dataclass
class Message:
    """A dead message, as far as it is read."""

    body: bytes = b'{"user_id": "user_1", "email": "ada@example.org"}'
    headers: dict[str, Any] = field(default_factory=dict)
    content_type: str = "application/json"
    content_encoding: str = "utf-8"
    properties: dict[str, Any] = field(default_factory=dict)


def dead(event_type: str = "identity.email_verified.v1", *, replay: int | None = None, failed_at: str = "09:00", **more: Any) -> Message:
    headers = {
        "cloudEvents_id": "event_1",
        "cloudEvents_type": event_type,
        "cloudEvents_subject": "user_1",
        "cloudEvents_sequence": "4",
        "x-openchance-attempt": 6,
        "x-openchance-error": "ValueError: no such person: ada@example.org",
        "x-openchance-traceback": "Traceback …",
        "x-openchance-trace-id": "abc",
        "x-openchance-failed-at": f"2036-03-01T{failed_at}:00.000+00:00",
        "x-openchance-first-failed-at": "2036-03-01T08:00:00.000+00:00",
        "x-openchance-queue": QUEUE,
        "x-death": [{"queue": QUEUE}],
    }
    return Message(headers=headers | ({} if replay is None else {"x-openchance-replay": replay}), **more)


@pytest.fixture
def letters(store: Store) -> Letters:
    collection.create(store.database)
    return Letters(store.database)


@pytest.fixture
def keep(letters: Letters, store: Store) -> Any:
    def collect(message: Message) -> bool:
        return letters.collect(read(message, QUEUE, store.clock.now()), new_id)

    return collect


def only(store: Store) -> Letter:
    (letter,) = store.database[collection.COLLECTION].find({})
    return letter


def test_a_message_that_comes_twice_is_one_letter(keep: Any, store: Store) -> None:
    assert [keep(dead()), keep(dead())] == [True, False]
    assert only(store)["status"] == "waiting"


def test_a_late_message_of_before_the_replay_changes_nothing(keep: Any, letters: Letters, store: Store) -> None:
    keep(dead())
    letters.begin_replay([only(store)["_id"]])
    assert keep(dead()) is False
    assert only(store)["status"] == "replaying"
    letters.sent(only(store), store.clock.now())
    assert keep(dead()) is False
    assert only(store)["status"] == "replayed"


def test_what_died_again_before_its_sending_was_noted_stays_waiting(keep: Any, letters: Letters, store: Store) -> None:
    keep(dead())
    letters.begin_replay([only(store)["_id"]])
    (sent,) = letters.to_send(10)
    assert keep(dead(replay=1, failed_at="10:00")) is True
    letters.sent(sent, store.clock.now())
    letter = only(store)
    assert (letter["status"], letter["replays"]) == ("waiting", 1)
    assert letter["last_failed_at"] > letter["first_failed_at"]
    assert "closed_at" not in letter


def test_an_event_that_was_given_up_stays_so(keep: Any, letters: Letters, store: Store) -> None:
    keep(dead())
    letters.discard(only(store), "spoilt", store.clock.now())
    assert keep(dead(failed_at="11:00")) is False
    assert (only(store)["status"], only(store)["reason"]) == ("discarded", "spoilt")


def test_it_is_sent_again_as_it_came(keep: Any, letters: Letters, store: Store) -> None:
    message = dead()
    keep(message)
    letters.begin_replay([only(store)["_id"]])
    (letter,) = letters.to_send(10)
    assert bytes(letter["body"]) == message.body
    assert headers_again(letter) == {
        "cloudEvents_id": "event_1",
        "cloudEvents_type": "identity.email_verified.v1",
        "cloudEvents_subject": "user_1",
        "cloudEvents_sequence": "4",
        "x-openchance-replay": 1,
    }


def test_a_message_without_an_id_is_known_by_its_body(keep: Any, store: Store) -> None:
    bare = Message(body=b"{", headers={"x-delivery-count": 20})
    assert [keep(bare), keep(bare)] == [True, False]
    letter = only(store)
    assert (letter["attempts"], letter["sequence"], letter["event_id"]) == (20, None, "")
    assert detail(letter, "notifications").error


def test_an_administrator_sees_the_message(keep: Any, store: Store) -> None:
    keep(dead())
    shown = detail(only(store), "notifications")
    assert orjson.loads(shown.body) == {"user_id": "user_1", "email": "ada@example.org"}
    assert shown.headers["cloudEvents_id"] == "event_1"
    assert (shown.error, shown.traceback, shown.trace_id) == ("ValueError: no such person: ada@example.org", "Traceback …", "abc")


@pytest.mark.parametrize("event_type", ["identity.email_verification_requested.v1", "nobody.knows.v1"])
def test_a_credential_is_shown_to_nobody_and_forgotten_when_it_is_sent(keep: Any, letters: Letters, store: Store, event_type: str) -> None:
    keep(dead(event_type, body=b'{"user_id": "user_1", "token": "hush"}'))
    shown = detail(only(store), "notifications")
    assert "hush" not in shown.model_dump_json()
    assert "ada" not in shown.model_dump_json()
    assert shown.error == "ValueError"
    if event_type.startswith("identity"):
        assert orjson.loads(shown.body) == {"user_id": "user_1", "token": "***"}
    letters.begin_replay([only(store)["_id"]])
    letters.sent(letters.to_send(1)[0], store.clock.now())
    assert "body" not in only(store)
