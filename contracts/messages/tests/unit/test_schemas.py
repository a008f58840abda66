"""The published schemas: complete, up to date, and a breach is told with file and field."""

import copy
import json
import shutil
from pathlib import Path

import pytest

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


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return Path(shutil.copytree(schemas.FOLDER, tmp_path / "schemas"))


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    (tmp_path / "released").mkdir()
    return tmp_path / "released"


def test_a_release_freezes_what_is_published(published: Path, releases: Path) -> None:
    assert schemas.release("0.9.0", published, releases) == []
    assert schemas.release("0.10.0", published, releases) == []
    assert schemas.released(releases) == ["0.9.0", "0.10.0"]
    frozen = {path.relative_to(releases / "0.10.0"): path.read_bytes() for path in (releases / "0.10.0").rglob("*.json")}
    assert frozen == {path.relative_to(published): path.read_bytes() for path in published.rglob("*.json")}


@pytest.mark.parametrize("version", ["0.2.0", "0.1.9"])
def test_what_was_released_is_never_changed(published: Path, releases: Path, version: str) -> None:
    assert schemas.release("0.2.0", published, releases) == []
    assert schemas.release(version, published, releases) == [f"{version} does not come after 0.2.0: what was released is never changed"]
    assert schemas.released(releases) == ["0.2.0"]


def test_what_is_not_up_to_date_is_not_released(published: Path, releases: Path) -> None:
    name = "events/identity.email_verified.v1.json"
    (published / name).write_text((published / name).read_text() + "\n")
    assert schemas.release("0.2.0", published, releases) == [f"{name}: not up to date; run `make contracts-write`"]
    assert schemas.released(releases) == []


def test_today_must_fit_every_released_version_and_not_the_last_alone(published: Path, releases: Path) -> None:
    schemas.release("0.1.0", published, releases)
    schemas.release("0.2.0", published, releases)
    name = "events/identity.email_verified.v1.json"
    old = json.loads((published / name).read_text())
    old["properties"]["mailbox"] = {"type": "string"}
    (releases / "0.1.0" / name).write_text(json.dumps(old))
    assert schemas.problems(published, releases) == [f"released 0.1.0: {name}: /mailbox: was removed"]
    assert schemas.release("0.3.0", published, releases) == [f"released 0.1.0: {name}: /mailbox: was removed"]


@pytest.mark.parametrize(
    "arguments", [[], ["release"], ["release", "../0.2.0"], ["release", "v1"], ["release", "0.2"], ["freeze", "0.2.0"]]
)
def test_what_is_not_understood_is_answered_with_how_to_ask(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert schemas.main(arguments) == 2
    assert capsys.readouterr().err.startswith("usage:")
