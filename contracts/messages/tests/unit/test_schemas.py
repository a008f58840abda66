"""The published schemas: complete, up to date, and a breach is told with file and field."""

import copy
import json
from pathlib import Path

from contracts import catalogue, schemas


def test_every_event_and_request_has_one_schema_with_a_name_of_its_own() -> None:
    documents = schemas.documents()
    assert len(documents) == len(catalogue.events()) + len(catalogue.requests()) + 1
    assert len({event.type() for event in catalogue.events()}) == len(catalogue.events())


def test_the_committed_files_are_what_the_code_says() -> None:
    committed = {path.relative_to(schemas.FOLDER).as_posix(): json.loads(path.read_text()) for path in schemas.FOLDER.rglob("*.json")}
    assert committed == json.loads(json.dumps(schemas.documents()))


def test_a_removed_field_and_a_removed_message_are_told_with_file_and_field(tmp_path: Path) -> None:
    published = schemas.documents()
    for name in ("events/challenges.application_accepted.v1.json", "rpc/payments.fund_escrow.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(published[name]))
    changed = copy.deepcopy(published)
    del changed["events/challenges.application_accepted.v1.json"]["properties"]["solver_id"]
    del changed["rpc/payments.fund_escrow.json"]
    found = schemas.incompatibilities(tmp_path, changed)
    assert "events/challenges.application_accepted.v1.json: /solver_id: was removed" in found
    assert any(line.startswith("rpc/payments.fund_escrow.json: the message was removed") for line in found)


def test_asyncapi_lists_every_event_on_its_exchange_and_public_ones_twice() -> None:
    channels = schemas.asyncapi()["channels"]
    for event in catalogue.events():
        assert event.type() in channels[f"{event.source}.events"]["messages"]
        assert (event.type() in channels.get("openchance.public", {"messages": {}})["messages"]) is event.public
