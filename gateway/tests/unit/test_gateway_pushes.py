"""Domain events reach the people they name, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
from gateway_fakes.samples import sample

from chassis.ids import new_id
from contracts import catalogue
from contracts.base import Event
from contracts.challenges.events import ChallengeUpdated
from contracts.identity.events import EmailVerificationRequested
from contracts.messaging.events import MessageSent
from contracts.notifications.events import NotificationCreated
from gateway.realtime.hub import EVENTS
from gateway.realtime.pushes import PUSHES, Push


def event_of(kind: type[Event], **fields: Any) -> Any:
    return kind.model_validate(sample(kind) | fields)


def push_of(kind: type[Event]) -> Push[Any]:
    (found,) = [push for push in PUSHES if push.event is kind]
    return found


@pytest.mark.parametrize("push", PUSHES, ids=lambda push: push.event.type())
def test_recipients_are_named_by_the_event(push: Push[Any]) -> None:
    event = event_of(push.event)
    recipients = push.recipients(event)
    assert recipients
    assert all(user_id in event.model_dump_json() for user_id in recipients)


@pytest.mark.parametrize("push", PUSHES, ids=lambda push: push.event.type())
def test_what_is_pushed_is_json_and_carries_no_secret(push: Push[Any]) -> None:
    data = push.data(event_of(push.event))
    assert isinstance(data, dict)
    assert not {"token", "email", "invited_user_ids"} & set(data)


def test_an_event_is_pushed_one_way() -> None:
    assert len({push.event for push in PUSHES}) == len(PUSHES)
    assert set(EVENTS) <= set(catalogue.events())
    assert EmailVerificationRequested not in EVENTS


def test_a_message_goes_to_the_participants() -> None:
    people = [new_id("user"), new_id("user")]
    event = event_of(MessageSent, participant_ids=people)
    push = push_of(MessageSent)
    assert (push.name, push.recipients(event)) == ("message.created", frozenset(people))
    assert push.data(event) == event.message.model_dump(mode="json")


def test_a_private_challenge_is_told_to_its_owner_its_solver_and_the_invited() -> None:
    owner, solver, invited = (new_id("user") for _ in range(3))
    challenge = sample(ChallengeUpdated)["challenge"]
    challenge |= {"challenger_id": owner, "solver_id": solver, "invited_user_ids": [invited], "visibility": "private"}
    event = event_of(ChallengeUpdated, challenge=challenge)
    push = push_of(ChallengeUpdated)
    assert push.recipients(event) == {owner, solver, invited}
    assert invited not in str(push.data(event))


def test_a_notification_goes_to_its_person() -> None:
    event = event_of(NotificationCreated)
    assert push_of(NotificationCreated).recipients(event) == {event.user_id}
    assert set(push_of(NotificationCreated).data(event)) == {"notification", "unread_count"}
