"""Leaving, and a copy of one's data, on fakes."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from identity_fakes import FakeDeletions, FakeExports, FakeFiles, FakeSessions, FakeShowcases

from chassis.principal import Principal, SessionEnded, StepUpRequired
from contracts.catalogue import SERVICES
from contracts.identity.commands import LogIn
from contracts.identity.events import ExportReady, PersonDeletionStarted, SessionRevoked
from contracts.identity.privacy import DeletionStatus, ExportStatus, GetDeletion, ListDeletions
from contracts.identity.roles import Role
from contracts.privacy.events import PersonDataErased
from contracts.privacy.views import ObligationView, PersonalRecordView
from identity.domain.administration_errors import NotPermitted
from identity.domain.errors import CredentialsInvalid
from identity.domain.personal_data import DeletionNotFound, ExportNotFound, ExportRunning, ObligationsOpen, ServicesAway
from identity.usecases.confirm_erasure import ConfirmErasureHandler
from identity.usecases.get_deletion import GetDeletionHandler
from identity.usecases.get_export import GetExportHandler
from identity.usecases.list_deletions import ListDeletionsHandler
from identity.usecases.make_exports import MakeExportsHandler
from identity.usecases.request_deletion import RequestDeletionHandler
from identity.usecases.request_export import RequestExportHandler


class Others:
    """The other services: what they say is owed, and what they keep."""

    def __init__(self) -> None:
        self.owed: tuple[ObligationView, ...] = ()
        self.away = False

    def obligations(self, token: str) -> tuple[ObligationView, ...]:
        if self.away:
            raise ServicesAway
        return self.owed

    def personal_data(self, service: str, token: str) -> Iterator[PersonalRecordView]:
        if self.away:
            raise ServicesAway
        yield PersonalRecordView(kind="things", id="1", data={"of": service, "asked": token})


class Office:
    """A world in which Ada is logged in, and those she asks."""

    def __init__(self, world: Any) -> None:
        self.world, self.memory, self.others, self.files = world, world.memory, Others(), FakeFiles()
        world.registered()
        self.ada: Principal = world.in_session()
        begin, now = world.unit_of_work, world.clock.now
        exports = FakeExports(self.memory)
        self.leave = RequestDeletionHandler(begin, self.others, world.tokens, world.new_id, now)
        self.certificate = GetDeletionHandler(FakeDeletions(self.memory))
        self.list = ListDeletionsHandler(FakeDeletions(self.memory))
        self.confirm = ConfirmErasureHandler(begin)
        self.ask = RequestExportHandler(begin, world.new_id, now)
        self.look = GetExportHandler(exports, self.files, now)
        sessions, showcases = FakeSessions(self.memory), FakeShowcases(self.memory)
        self.make = MakeExportsHandler(begin, exports, world.accounts, sessions, showcases, self.others, self.files, world.tokens, now)

    def erased(self, deletion_id: str, service: str) -> PersonDataErased:
        at = self.world.clock.now()
        return PersonDataErased(deletion_id=deletion_id, user_id=self.ada.user_id, service=service, erased={"rows": 2}, erased_at=at)


@pytest.fixture
def office(world) -> Office:
    return Office(world)


def test_what_is_owed_is_listed_and_nothing_changes(office: Office) -> None:
    office.others.owed = (
        ObligationView(kind="held_escrow", subject="escrow_1", detail="Money is held."),
        ObligationView(kind="open_dispute", subject="dispute_1", detail="Not decided."),
    )
    with pytest.raises(ObligationsOpen) as refused:
        office.leave(office.ada)
    assert [field.pointer for field in refused.value.fields] == ["/obligations/0", "/obligations/1"]
    assert office.memory.accounts
    assert not office.memory.deletions
    assert not office.world.events(SessionRevoked)


def test_who_has_not_just_proven_it_is_asked_to(office: Office) -> None:
    office.world.clock.advance(timedelta(minutes=10))
    for call in (office.leave, office.ask):
        with pytest.raises(StepUpRequired):
            call(office.ada)


def test_while_a_service_cannot_be_asked_nobody_leaves(office: Office) -> None:
    office.others.away = True
    with pytest.raises(ServicesAway):
        office.leave(office.ada)
    assert office.memory.accounts


def test_what_others_wrote_down_of_an_address_goes_with_who_has_proven_it(office: Office) -> None:
    office.world.verified()
    office.leave(office.ada)
    assert office.memory.forgotten_addresses == ["Ada@example.org"]


def test_who_never_proved_an_address_takes_nothing_of_it_along(office: Office) -> None:
    """It may be somebody else's, who is invited there."""
    office.leave(office.ada)
    assert office.memory.forgotten_addresses == []


def test_every_way_in_ends_at_once(office: Office) -> None:
    office.leave(office.ada)
    assert [event.reason for event in office.world.events(SessionRevoked)] == ["erased"]
    with pytest.raises(CredentialsInvalid):
        office.world.log_in(LogIn(email="ada@example.org", password="orbit lemon quartz"))
    with pytest.raises(SessionEnded):
        office.leave(office.ada)
    assert len(office.world.events(PersonDeletionStarted)) == 1


def test_the_key_goes_with_the_last_word_and_not_before(office: Office) -> None:
    started = office.leave(office.ada)
    token = GetDeletion(certificate_token=started.certificate_token)
    for service in SERVICES[:-1]:
        office.confirm(office.erased(started.deletion.id, service))
        office.confirm(office.erased(started.deletion.id, service))
    assert (office.certificate(token).status, office.certificate(token).waits_for) == (DeletionStatus.ERASING, SERVICES[-1:])
    assert office.memory.destroyed_keys == []
    office.confirm(office.erased(started.deletion.id, SERVICES[-1]))
    office.confirm(office.erased(started.deletion.id, SERVICES[-1]))
    shown = office.certificate(token)
    assert (shown.status, len(shown.confirmations), shown.waits_for) == (DeletionStatus.COMPLETED, 6, ())
    assert office.memory.destroyed_keys == [office.ada.user_id]


def test_the_certificate_is_for_who_holds_the_token_and_for_the_staff(office: Office) -> None:
    office.leave(office.ada)
    with pytest.raises(DeletionNotFound):
        office.certificate(GetDeletion(certificate_token="guessed"))
    with pytest.raises(NotPermitted):
        office.list(ListDeletions(), office.ada)
    staff = Principal("user", "session", frozenset({Role.SUPPORT}), True, "token")
    assert len(office.list(ListDeletions(waiting=True), staff).items) == 1


def test_a_copy_holds_what_every_service_keeps(office: Office) -> None:
    office.ask(office.ada)
    with pytest.raises(ExportRunning):
        office.ask(office.ada)
    assert office.look(office.ada).url is None
    office.make()
    shown = office.look(office.ada)
    assert shown.status is ExportStatus.READY
    with zipfile.ZipFile(io.BytesIO(office.files.objects[f"exports/{shown.id}.zip"])) as archive:
        assert archive.namelist() == [f"{service}.json" for service in SERVICES]
        assert [row["data"]["of"] for row in json.loads(archive.read("payments.json"))] == ["payments"]
    assert len(office.world.events(ExportReady)) == 1
    office.make()
    assert len(office.world.events(ExportReady)) == 1


def test_a_link_is_for_who_has_just_proven_it(office: Office) -> None:
    office.ask(office.ada)
    office.make()
    assert office.look(office.ada).url
    office.world.clock.advance(timedelta(minutes=11))
    assert office.look(office.ada).url is None


def test_what_was_begun_is_tried_again_and_given_up_one_day(office: Office) -> None:
    office.ask(office.ada)
    office.others.away = True
    with pytest.raises(ServicesAway):
        office.make()
    office.make()  # claimed: not before some minutes are over
    office.others.away = False
    office.world.clock.advance(timedelta(minutes=5))
    office.make()
    assert office.look(office.ada).status is ExportStatus.READY
    office.ask(office.world.as_principal(office.ada.user_id, office.ada.session_id))
    office.world.clock.advance(timedelta(hours=1))
    office.make()
    assert office.look(office.ada).status is ExportStatus.FAILED


def test_a_copy_that_is_written_after_its_person_was_erased_goes_too(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    write = office.files.write

    def erased_before(key: str, *told: Any, **more: Any) -> None:
        """The erasure noted the key, and the object that was not there yet was removed."""
        del office.memory.exports[office.ada.user_id]
        write(key, *told, **more)

    monkeypatch.setattr(office.files, "write", erased_before)
    export_id = office.ask(office.ada).id
    office.make()
    assert list(office.files.objects) == list(office.memory.removals) == [f"exports/{export_id}.zip"]
    assert office.world.events(ExportReady) == []


def test_who_only_lost_the_claim_removes_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process makes the same copy, under the same key."""
    write = office.files.write

    def claimed_before(key: str, *told: Any, **more: Any) -> None:
        kept = office.memory.exports[office.ada.user_id]
        office.memory.exports[office.ada.user_id] = kept.claimed(office.world.clock.now())
        write(key, *told, **more)

    monkeypatch.setattr(office.files, "write", claimed_before)
    office.ask(office.ada)
    office.make()
    assert office.memory.removals == {}
    assert office.memory.exports[office.ada.user_id].status is ExportStatus.PREPARING


def test_a_copy_is_removed_after_a_day_and_nothing_is_made_for_who_logged_out(office: Office) -> None:
    office.ask(office.ada)
    office.make()
    office.world.clock.advance(timedelta(hours=24))
    office.make()
    with pytest.raises(ExportNotFound):
        office.look(office.ada)
    assert list(office.memory.removals) == [next(iter(office.files.objects))]
    stranger = office.world.as_principal(office.ada.user_id, "no such session")
    office.ask(stranger)
    office.make()
    assert office.look(stranger).status is ExportStatus.FAILED
