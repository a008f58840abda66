"""Files, portfolio and the expert's side on fakes."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from identity_fakes import FakeFiles, FakeRemovals, FakeShowcases, FakeUploads
from PIL import Image
from pydantic import ValidationError

from chassis.files.content import ContentRefused, require_pdf, written_anew
from contracts.errors import DomainError
from contracts.identity.showcase import (
    AddPortfolioItem,
    BeginUpload,
    CompleteUpload,
    EditPortfolioItem,
    GetFileLink,
    OrderPortfolio,
    RemoveFile,
    RemovePortfolioItem,
    SetExpertProfile,
)
from identity.domain.showcase_errors import (
    FileNotFound,
    ImageNotYours,
    ItemNotFound,
    OrderIncomplete,
    PortfolioFull,
    ShowcaseInvalid,
    ShowcaseStale,
    TooManyUploads,
    UploadInvalid,
    UploadMissing,
    UploadNotFound,
)
from identity.usecases.add_portfolio_item import AddPortfolioItemHandler
from identity.usecases.begin_upload import BeginUploadHandler
from identity.usecases.complete_upload import CompleteUploadHandler
from identity.usecases.edit_portfolio_item import EditPortfolioItemHandler
from identity.usecases.get_file_link import GetFileLinkHandler
from identity.usecases.get_showcase import GetShowcaseHandler
from identity.usecases.order_portfolio import OrderPortfolioHandler
from identity.usecases.remove_file import RemoveFileHandler
from identity.usecases.remove_portfolio_item import RemovePortfolioItemHandler
from identity.usecases.set_expert_profile import SetExpertProfileHandler
from identity.usecases.tidy_files import TidyFilesHandler

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\n%%EOF\n"


def png(size: tuple[int, int] = (8, 6)) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "teal").save(output, "PNG")
    return output.getvalue()


def checked(data: bytes, media_type: str, longest_side: int) -> tuple[bytes, str]:
    return (
        (require_pdf(data), media_type)
        if media_type == "application/pdf"
        else (written_anew(data, media_type, longest_side).data, "image/webp")
    )


class Studio:
    """A world with an object store, and Ada in it."""

    def __init__(self, world: Any) -> None:
        self.world, self.files, self.memory = world, FakeFiles(), world.memory
        self.ada = world.as_principal(world.registered().id)
        begin, now, new_id = world.unit_of_work, world.clock.now, world.new_id
        self.showcases, self.uploads = FakeShowcases(self.memory), FakeUploads(self.memory)
        url_of = self.files.public_url
        self.begin = BeginUploadHandler(begin, self.files, new_id, now)
        self.complete = CompleteUploadHandler(begin, self.uploads, self.files, checked, new_id, now)
        self.link = GetFileLinkHandler(self.showcases, self.files, now)
        self.remove = RemoveFileHandler(begin, now)
        self.show = GetShowcaseHandler(self.showcases, url_of)
        self.add = AddPortfolioItemHandler(begin, url_of, new_id)
        self.edit = EditPortfolioItemHandler(begin, url_of)
        self.drop = RemovePortfolioItemHandler(begin, url_of)
        self.order = OrderPortfolioHandler(begin, url_of)
        self.offer = SetExpertProfileHandler(begin, url_of, {"UTC", "Europe/Berlin"}.__contains__)
        self.tidy = TidyFilesHandler(begin, self.uploads, FakeRemovals(self.memory), self.files, now)

    def begun(self, purpose: str = "avatar", media_type: str = "image/png", size: int = 100) -> str:
        command = BeginUpload(purpose=purpose, media_type=media_type, size_bytes=size, name="a file")  # type: ignore[arg-type]
        return self.begin(command, self.ada).id

    def put(self, upload_id: str, data: bytes) -> None:
        self.files.objects[f"incoming/{upload_id}"] = data

    def uploaded(self, data: bytes, purpose: str = "avatar", media_type: str = "image/png"):
        upload_id = self.begun(purpose, media_type)
        self.put(upload_id, data)
        return self.complete(CompleteUpload(upload_id=upload_id), self.ada)


@pytest.fixture
def studio(world) -> Studio:
    return Studio(world)


def test_an_avatar_takes_the_place_of_the_one_before(studio: Studio) -> None:
    first, second = studio.uploaded(png()), studio.uploaded(png())
    assert studio.show(studio.ada).avatar == second
    assert second.url
    assert second.url.startswith("https://files.example/public/avatar/")
    studio.tidy()
    assert list(studio.files.objects) == [second.url.removeprefix("https://files.example/")]
    assert first.id != second.id


def test_every_change_shows_in_the_version_the_first_too(studio: Studio) -> None:
    versions = [studio.show(studio.ada).version]
    for _ in range(2):
        studio.uploaded(png())
        versions.append(studio.show(studio.ada).version)
    assert len(set(versions)) == 3


def test_completing_again_answers_the_same(studio: Studio) -> None:
    upload_id = studio.begun()
    studio.put(upload_id, png())
    command = CompleteUpload(upload_id=upload_id)
    assert studio.complete(command, studio.ada) == studio.complete(command, studio.ada)


@pytest.mark.parametrize(
    ("purpose", "media_type", "size", "pointer"),
    [
        ("avatar", "image/svg+xml", 10, "/media_type"),
        ("resume", "text/html", 10, "/media_type"),
        ("avatar", "image/png", 5 * 1024**2 + 1, "/size_bytes"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_by_field(studio: Studio, purpose: str, media_type: str, size: int, pointer: str) -> None:
    with pytest.raises(UploadInvalid) as refused:
        studio.begun(purpose, media_type, size)
    assert [field.pointer for field in refused.value.fields] == [pointer]
    assert not studio.memory.uploads


@pytest.mark.parametrize(
    "data", [PDF, b"<script>alert(1)</script>", b"\x89PNG\r\n\x1a\n broken", b""], ids=["pdf", "script", "broken", "empty"]
)
def test_what_is_no_image_is_refused_whatever_it_claims(studio: Studio, data: bytes) -> None:
    with pytest.raises(ContentRefused):
        studio.uploaded(data)
    assert studio.show(studio.ada).avatar is None


def test_a_resume_is_a_pdf_and_private(studio: Studio) -> None:
    with pytest.raises(ContentRefused):
        studio.uploaded(b"<html>%PDF-1.4 %%EOF", "resume", "application/pdf")
    resume = studio.uploaded(PDF, "resume", "application/pdf")
    assert resume.url is None
    link = studio.link(GetFileLink(file_id=resume.id), studio.ada)
    assert link.url.endswith("for=300")
    for someone in (studio.world.as_principal(studio.world.new_id("user")),):
        with pytest.raises(FileNotFound):
            studio.link(GetFileLink(file_id=resume.id), someone)
        with pytest.raises(FileNotFound):
            studio.remove(RemoveFile(file_id=resume.id), someone)


def test_more_than_was_allowed_is_refused_after_the_upload_too(studio: Studio) -> None:
    upload_id = studio.begun("resume", "application/pdf")
    studio.put(upload_id, PDF + b"x" * (10 * 1024**2))
    with pytest.raises(UploadInvalid):
        studio.complete(CompleteUpload(upload_id=upload_id), studio.ada)


def test_an_upload_is_its_owners_and_ends(studio: Studio) -> None:
    upload_id = studio.begun()
    command = CompleteUpload(upload_id=upload_id)
    with pytest.raises(UploadMissing):
        studio.complete(command, studio.ada)
    with pytest.raises(UploadNotFound):
        studio.complete(command, studio.world.as_principal(studio.world.new_id("user")))
    studio.put(upload_id, png())
    studio.world.clock.advance(timedelta(minutes=15))
    with pytest.raises(UploadNotFound):
        studio.complete(command, studio.ada)
    studio.tidy()
    assert (studio.files.objects, studio.memory.uploads, studio.memory.removals) == ({}, {}, {})


def test_a_file_that_is_written_after_its_person_was_erased_goes_too(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The erasure noted both keys, and the object that was not there yet was removed."""
    upload_id, write = studio.begun(), studio.files.write
    studio.put(upload_id, png())

    def erased_before(key: str, *told: Any, **more: Any) -> None:
        del studio.memory.uploads[upload_id], studio.files.objects[f"incoming/{upload_id}"]
        write(key, *told, **more)

    monkeypatch.setattr(studio.files, "write", erased_before)
    with pytest.raises(UploadNotFound):
        studio.complete(CompleteUpload(upload_id=upload_id), studio.ada)
    assert list(studio.files.objects) == list(studio.memory.removals) != []
    studio.tidy()
    assert studio.files.objects == {}


def test_nobody_opens_uploads_without_end(studio: Studio) -> None:
    for _ in range(20):
        studio.begun()
    with pytest.raises(TooManyUploads):
        studio.begun()


def test_the_portfolio_is_kept_in_order(studio: Studio) -> None:
    image = studio.uploaded(png(), "portfolio_image")
    one = studio.add(AddPortfolioItem(title="One", image_id=image.id), studio.ada).portfolio[0]
    two = studio.add(AddPortfolioItem(title="Two", text="words"), studio.ada).portfolio[1]
    assert one.image_url == image.url
    swapped = studio.order(OrderPortfolio(item_ids=(two.id, one.id)), studio.ada)
    assert [item.title for item in swapped.portfolio] == ["Two", "One"]
    edited = studio.edit(EditPortfolioItem(item_id=two.id, text=None, title="Second", expected_version=swapped.version), studio.ada)
    assert (edited.portfolio[0].title, edited.portfolio[0].text) == ("Second", None)
    with pytest.raises(ShowcaseStale):
        studio.edit(EditPortfolioItem(item_id=two.id, title="Late", expected_version=swapped.version), studio.ada)
    studio.remove(RemoveFile(file_id=image.id), studio.ada)
    assert studio.show(studio.ada).portfolio[1].image_url is None
    assert [item.id for item in studio.drop(RemovePortfolioItem(item_id=one.id), studio.ada).portfolio] == [two.id]


def test_the_portfolio_refuses_what_is_not_there(studio: Studio) -> None:
    avatar = studio.uploaded(png())
    unknown = studio.world.new_id("portfolio")
    refusals: list[tuple[type[DomainError], Any]] = [
        (ImageNotYours, lambda: studio.add(AddPortfolioItem(title="One", image_id=avatar.id), studio.ada)),
        (ItemNotFound, lambda: studio.drop(RemovePortfolioItem(item_id=unknown), studio.ada)),
        (ItemNotFound, lambda: studio.edit(EditPortfolioItem(item_id=unknown, title="New"), studio.ada)),
        (OrderIncomplete, lambda: studio.order(OrderPortfolio(item_ids=(unknown,)), studio.ada)),
    ]
    for refusal, call in refusals:
        with pytest.raises(refusal):
            call()
    for number in range(20):
        studio.add(AddPortfolioItem(title=f"Item {number}"), studio.ada)
    with pytest.raises(PortfolioFull):
        studio.add(AddPortfolioItem(title="One more"), studio.ada)


def offer(**changes: Any) -> SetExpertProfile:
    fields = {"industries": ["Energy"], "hourly_rate": {"amount_minor": 9000, "currency": "EUR"}, "time_zone": "Europe/Berlin", **changes}
    return SetExpertProfile.model_validate(fields)


def window(day: str, since: str, until: str) -> dict[str, str]:
    return {"weekday": day, "since": since, "until": until}


def test_an_expert_is_available_in_windows_that_do_not_overlap(studio: Studio) -> None:
    windows = [window("tuesday", "09:00", "12:00"), window("monday", "22:00", "24:00"), window("monday", "09:00", "12:00")]
    shown = studio.offer(offer(availability=windows), studio.ada).expert
    assert shown
    assert [(one.weekday, one.since) for one in shown.availability] == [
        ("monday", "09:00"),
        ("monday", "22:00"),
        ("tuesday", "09:00"),
    ]
    with pytest.raises(ShowcaseInvalid):
        studio.offer(offer(availability=[window("monday", "09:00", "12:00"), window("monday", "11:59", "13:00")]), studio.ada)
    with pytest.raises(ShowcaseInvalid):
        studio.offer(offer(time_zone="Mars/Olympus"), studio.ada)


@pytest.mark.parametrize(
    ("since", "until"), [("12:00", "09:00"), ("09:00", "09:00"), ("9:00", "10:00"), ("09:60", "10:00"), ("23:00", "24:01")]
)
def test_a_window_goes_forward_within_a_day(since: str, until: str) -> None:
    with pytest.raises(ValidationError):
        offer(availability=[window("monday", since, until)])


def test_everybody_sees_what_is_public_and_no_more(studio: Studio) -> None:
    studio.uploaded(png())
    studio.uploaded(PDF, "resume", "application/pdf")
    studio.add(AddPortfolioItem(title="One"), studio.ada)
    from contracts.identity.queries import GetUser
    from identity.usecases.get_user import GetUserHandler

    shown = GetUserHandler(studio.world.accounts, studio.showcases, studio.files.public_url)(GetUser(user_id=studio.ada.user_id))
    assert shown.avatar_url
    assert [item.title for item in shown.portfolio] == ["One"]
    assert "private" not in shown.model_dump_json()
