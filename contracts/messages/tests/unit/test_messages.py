"""The base rules of messages: strict senders, tolerant receivers, typed ids, money without surprises."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from contracts import catalogue
from contracts.base import Command, Done, Event, Name, Query, Tag, Title, UtcDatetime, View
from contracts.challenges.commands import CreateChallenge, SubmitApplication
from contracts.challenges.events import ChallengeCompleted
from contracts.challenges.terms import FixedReward, MilestonesReward, MilestoneTerms, RangeReward, Reward, Visibility
from contracts.identity.commands import RegisterUser
from contracts.money import MAX_AMOUNT_MINOR, Money, Price
from contracts.payments.commands import ReleaseEscrow

CHALLENGE = "challenge_01h455vb4pex5vsknk084sn02q"


def test_a_sender_may_not_add_fields_and_a_receiver_ignores_them_at_every_depth() -> None:
    sent = {"challenge_id": CHALLENGE, "proposal": "p", "timeline_days": 3, "budget": {"amount_minor": 1, "currency": "EUR"}}
    deeper: dict[str, Any] = {**sent, "budget": {"amount_minor": 1, "currency": "EUR", "new": 1}, "newer": 2}
    with pytest.raises(ValidationError):
        SubmitApplication.model_validate(deeper)
    assert SubmitApplication.received(deeper) == SubmitApplication.model_validate(sent)


def test_every_request_names_its_service_method_and_answer() -> None:
    for request in catalogue.requests():
        assert issubclass(request, Command | Query)
        assert request.service
        assert issubclass(request.answer, View)
    assert SubmitApplication.method() == "submit_application"
    assert {request.answer for request in catalogue.requests() if request.method() == "verify_email"} == {Done}


def test_an_event_is_found_by_its_type() -> None:
    assert all(catalogue.event_named(event.type()) is event for event in catalogue.events())
    assert [catalogue.event_named(unknown) for unknown in ("", "identity", "identity.gone.v1", "base.event.v1", "os.path.v1")] == [None] * 5


def test_every_event_has_a_subject_among_its_fields() -> None:
    for event in catalogue.events():
        assert issubclass(event, Event)
        assert event.subject_field in event.model_fields, event


@pytest.mark.parametrize(
    "bad", ["challenge_x", "user_01h455vb4pex5vsknk084sn02q", "challenge_81h455vb4pex5vsknk084sn02q", CHALLENGE + "\n", ""]
)
def test_a_malformed_id_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        SubmitApplication.model_validate(
            {"challenge_id": bad, "proposal": "p", "timeline_days": 3, "budget": {"amount_minor": 1, "currency": "EUR"}}
        )


@pytest.mark.parametrize(
    "bad",
    [
        '{"amount_minor": 1.5, "currency": "EUR"}',
        '{"amount_minor": "1", "currency": "EUR"}',
        '{"amount_minor": -1, "currency": "EUR"}',
        '{"amount_minor": true, "currency": "EUR"}',
        '{"amount_minor": 1, "currency": "eur"}',
        '{"amount_minor": 1, "currency": "XXX"}',
        '{"amount_minor": 1000000000001, "currency": "EUR"}',
        '{"amount_minor": {"$ne": null}, "currency": "EUR"}',
    ],
)
def test_money_from_a_client_is_strict(bad: str) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate_json(bad, strict=True)


def test_a_price_is_above_zero() -> None:
    with pytest.raises(ValidationError):
        Price(amount_minor=0, currency="EUR")


def test_times_are_kept_in_utc_milliseconds() -> None:
    class Moment(View):
        at: UtcDatetime

    berlin = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))
    assert Moment(at=berlin).at == datetime(2026, 3, 1, 11, 0, 0, 123_000, tzinfo=UTC)
    with pytest.raises(ValidationError):
        Moment(at=datetime(2026, 3, 1))


@pytest.mark.parametrize("beyond", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_cannot_hold_is_refused(beyond: str) -> None:
    with pytest.raises(ValidationError, match="calendar"):
        TypeAdapter(UtcDatetime).validate_json(f'"{beyond}"')


def test_rewards_hold_one_currency_and_an_order() -> None:
    euro, dollar = Price(amount_minor=5, currency="EUR"), Price(amount_minor=5, currency="USD")
    with pytest.raises(ValidationError, match="one currency"):
        RangeReward(min=euro, max=dollar)
    with pytest.raises(ValidationError, match="not be above"):
        RangeReward(min=Price(amount_minor=6, currency="EUR"), max=euro)
    with pytest.raises(ValidationError, match="one currency"):
        MilestonesReward.model_validate({"milestones": [{"title": "One", "amount": euro}, {"title": "Two", "amount": dollar}]})


def test_nobody_makes_themselves_an_admin() -> None:
    with pytest.raises(ValidationError, match="granted"):
        RegisterUser.model_validate({"email": "a@example.com", "password": "correct horse", "display_name": "A", "roles": ["admin"]})


def test_a_secret_does_not_show_in_the_repr() -> None:
    command = RegisterUser.model_validate({"email": "a@example.com", "password": "correct horse", "display_name": "A", "roles": ["solver"]})
    assert "correct horse" not in repr(command)


def test_a_release_names_a_milestone_or_an_amount() -> None:
    for body in ({}, {"milestone_id": "milestone_01h455vb4pex5vsknk084sn02q", "amount": {"amount_minor": 1, "currency": "EUR"}}):
        with pytest.raises(ValidationError, match="either"):
            ReleaseEscrow.model_validate({"escrow_id": "escrow_01h455vb4pex5vsknk084sn02q", **body})


def test_control_characters_are_refused_in_text() -> None:
    with pytest.raises(ValidationError, match="title"):
        CreateChallenge.model_validate({"title": "a\x00bc"})


@pytest.mark.parametrize("kind", [Title, Name, Tag])
@pytest.mark.parametrize("bad", ["Pay here\nnow", "Pay\rhere", "Pay\there", "Pay\x7fhere", "Pay\x85here", "Pay\u2028here", "Pay\u202eereh"])
def test_what_stands_in_a_line_of_its_own_is_one_line_as_it_reads(kind: Any, bad: str) -> None:
    """Titles and names go into subjects of mails and between the platform's own words."""
    with pytest.raises(ValidationError, match="one line"):
        TypeAdapter(kind).validate_python(bad)
    assert TypeAdapter(kind).validate_python(" déjà שלום 👩‍🔬 ") == "déjà שלום 👩‍🔬"


@pytest.mark.parametrize(("visibility", "told"), [(Visibility.PUBLIC, True), (Visibility.PRIVATE, False), (None, False)])
def test_partners_hear_nothing_of_private_challenges(visibility: Visibility | None, told: bool) -> None:
    user = "user_01h455vb4pex5vsknk084sn02q"
    fact = ChallengeCompleted(
        challenge_id=CHALLENGE,
        challenge_title="A bridge",
        challenger_id=user,
        solver_id=user,
        completed_at=datetime(2026, 3, 1, tzinfo=UTC),
        visibility=visibility,
    )
    assert fact.for_partners() is told


@pytest.mark.parametrize(
    "reward",
    [
        FixedReward(amount=Price(amount_minor=1, currency="EUR")),
        RangeReward(min=Price(amount_minor=1, currency="EUR"), max=Price(amount_minor=2, currency="EUR")),
        MilestonesReward(milestones=(MilestoneTerms(title="Design", amount=Price(amount_minor=1, currency="EUR")),)),
    ],
)
def test_the_kind_of_a_reward_is_on_the_wire_even_if_only_what_is_set_is_sent(reward: Reward) -> None:
    assert reward.model_dump(exclude_unset=True)["kind"] == reward.kind


def test_the_milestones_of_a_reward_are_together_no_more_than_any_amount() -> None:
    half = MilestoneTerms(title="Half", amount=Price(amount_minor=MAX_AMOUNT_MINOR // 2, currency="EUR"))
    assert len(MilestonesReward(milestones=(half, half)).milestones) == 2
    with pytest.raises(ValidationError, match="together"):
        MilestonesReward(milestones=(half, half, half))


def test_a_fingerprint_tells_requests_apart_but_holds_no_secret() -> None:
    body = {"email": "a@example.com", "password": "correct horse", "display_name": "A", "roles": ["solver"]}
    first = RegisterUser.model_validate(body)
    assert first.fingerprint() == RegisterUser.model_validate({**body, "password": "battery staple"}).fingerprint()
    assert first.fingerprint() != RegisterUser.model_validate({**body, "display_name": "B"}).fingerprint()
