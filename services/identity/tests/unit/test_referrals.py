"""Referrals: once, never oneself, never in a circle, and paid off once."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest

from contracts.challenges.events import ChallengeCompleted
from contracts.identity.events import ReferralAttributed, ReferralQualified, UserRegistered
from contracts.identity.referrals import ClaimReferral
from identity.domain.referral_errors import ReferralCodeUnknown, ReferralLoop, ReferralMade, ReferralTooLate, SelfReferral
from identity.usecases.claim_referral import ClaimReferralHandler
from identity.usecases.get_referral import GetReferralHandler
from identity.usecases.qualify_referrals import QualifyReferralsHandler

CHALLENGE = "challenge_01h455vb4pex5vsknk084sn001"


@pytest.fixture
def referral(world):
    numbers = count(1)
    handler = GetReferralHandler(world.unit_of_work, lambda: f"{next(numbers):08d}")
    return lambda person: handler(world.as_principal(person.id))


@pytest.fixture
def claim(world):
    handler = ClaimReferralHandler(world.unit_of_work, world.clock.now)
    return lambda person, code: handler(ClaimReferral(code=code), world.as_principal(person.id))


def completed(world, challenger, solver, challenge=CHALLENGE):
    event = ChallengeCompleted(
        challenge_id=challenge,
        challenge_title="Maps",
        challenger_id=challenger.id,
        solver_id=solver.id,
        completed_at=world.clock.now(),
    )
    QualifyReferralsHandler(world.unit_of_work)(event)


def test_who_registers_with_a_code_is_attributed(world, ada, referral):
    code = referral(ada).code
    assert referral(ada).code == code
    bob = world.registered(email="bob@example.org", referral_code=code.lower())
    assert [(event.user_id, event.referrer_id, event.code) for event in world.events(ReferralAttributed)] == [(bob.id, ada.id, code)]
    assert (referral(ada).attributed, referral(ada).qualified, referral(bob).referred_by_code) == (1, 0, code)


def test_an_unknown_code_is_told_by_its_field_and_opens_no_account(world, ada):
    with pytest.raises(ReferralCodeUnknown) as refused:
        world.registered(email="bob@example.org", referral_code="7M3K9QXA")
    assert [field.pointer for field in refused.value.fields] == ["/referral_code"]
    assert len(world.events(UserRegistered)) == 1


def test_nobody_refers_themselves_not_even_with_another_form_of_their_address(world, ada, referral, claim):
    code = referral(ada).code
    with pytest.raises(SelfReferral):
        world.registered(email="ada+two@example.org", referral_code=code)
    with pytest.raises(SelfReferral):
        claim(ada, code)


def test_it_is_said_once_and_soon(world, ada, referral, claim):
    bob, eve = world.registered(email="bob@example.org"), world.registered(email="eve@example.org")
    claim(bob, referral(ada).code)
    with pytest.raises(ReferralMade):
        claim(bob, referral(eve).code)
    world.clock.advance(timedelta(days=14))
    with pytest.raises(ReferralTooLate):
        claim(eve, referral(ada).code)
    assert len(world.events(ReferralAttributed)) == 1


def test_there_are_no_circles(world, ada, referral, claim):
    bob = world.registered(email="bob@example.org", referral_code=referral(ada).code)
    eve = world.registered(email="eve@example.org", referral_code=referral(bob).code)
    for above in (bob, eve):
        with pytest.raises(ReferralLoop):
            claim(ada, referral(above).code)


def test_it_pays_off_with_the_first_engagement_once(world, ada, referral):
    bob = world.registered(email="bob@example.org", referral_code=referral(ada).code)
    eve = world.registered(email="eve@example.org", referral_code=referral(bob).code)
    completed(world, ada, bob)
    completed(world, ada, bob, "challenge_01h455vb4pex5vsknk084sn002")
    (paid,) = world.events(ReferralQualified)
    assert (paid.user_id, paid.referrer_id, paid.challenge_id) == (bob.id, ada.id, CHALLENGE)
    completed(world, eve, bob)
    assert [event.user_id for event in world.events(ReferralQualified)] == [bob.id, eve.id], "the side that pays counts too"
    assert (referral(ada).qualified, referral(bob).qualified) == (1, 1)
