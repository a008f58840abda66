"""What is encrypted for a person is read with their key alone, and with none once it is gone."""

from __future__ import annotations

import json
import secrets

import pytest
from pydantic import BaseModel

from chassis.ids import new_id
from chassis.person_keys import MasterKeys, PersonKey, Unreadable, opened, people_in, sealed
from contracts.catalogue import events
from contracts.identity.events import ProfileUpdated
from contracts.identity.roles import Role

ADA, BOB = new_id("user"), new_id("user")


def profile() -> ProfileUpdated:
    return ProfileUpdated(
        user_id=ADA,
        display_name="Ada",
        roles=(Role.SOLVER,),
        headline="Engines",
        bio=None,
        skills=("analysis", "poetry"),
        languages=("en",),
        time_zone="UTC",
        locale="en",
    )


def body(event: BaseModel) -> dict[str, object]:
    return dict(json.loads(event.model_dump_json()))


def test_an_event_travels_sealed_and_fits_its_schema() -> None:
    key = PersonKey.new(ADA)
    travelling = sealed(profile(), key)
    text = travelling.model_dump_json()
    assert not [word for word in ("Ada", "Engines", "analysis", "poetry") if f'"{word}"' in text]
    assert ProfileUpdated.model_validate_json(text, strict=True) == travelling
    assert people_in(body(travelling)) == {ADA}
    assert opened(body(travelling), {ADA: key}) == body(profile())


def test_without_the_key_nothing_is_left_but_ids() -> None:
    travelling = sealed(profile(), PersonKey.new(ADA))
    left = opened(body(travelling), {ADA: None})
    assert (left["display_name"], left["skills"], left["user_id"], left["bio"]) == ("", ["", ""], ADA, None)


def test_another_key_another_person_or_a_changed_text_is_refused() -> None:
    key = PersonKey.new(ADA)
    text = key.seal("secret")
    for wrong in (PersonKey.new(ADA), PersonKey(BOB, key.raw)):
        with pytest.raises(Unreadable):
            wrong.open(text)
    with pytest.raises(Unreadable):  # not the last letter: some of its bits stand for nothing
        key.open(text[:-8] + ("A" if text[-8] != "A" else "B") + text[-7:])
    assert key.seal("secret") != text


def test_master_keys_can_be_changed() -> None:
    old, new = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    key = PersonKey.new(ADA)
    wrapped = MasterKeys(old).wrap(key)
    assert MasterKeys(f"{new},{old}").unwrap(ADA, wrapped) == key
    for master, person in ((new, ADA), (old, BOB)):
        with pytest.raises(Unreadable):
            MasterKeys(master).unwrap(person, wrapped)


@pytest.mark.parametrize("key", ["", "short", "a" * 42, "ö" * 50])
def test_a_master_key_has_thirty_two_bytes(key: str) -> None:
    with pytest.raises(ValueError, match="master key"):
        MasterKeys(key)


@pytest.mark.parametrize("event", [event for event in events() if event.personal], ids=lambda event: event.__name__)
def test_personal_fields_are_texts_of_the_events_subject(event) -> None:
    assert event.subject_field == "user_id"
    assert event.personal <= event.model_fields.keys()
    for name in event.personal:
        assert event.model_fields[name].annotation in (str, str | None, tuple[str, ...])
