"""Logging in with a provider, and linking one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.principal import FRESH_FOR, StepUpRequired
from contracts.errors import Kind as RefusalKind
from contracts.identity.authentication import CompleteSignIn, RemoveLink, StartLink, StartSignIn
from contracts.identity.events import EmailVerified, UserRegistered
from contracts.identity.flags import Feature
from contracts.identity.roles import Role
from identity.adapters.oidc_sign_ins import HttpSignIns
from identity.adapters.provider_http import ProviderHttp
from identity.domain.administration_errors import ReadOnly
from identity.domain.configuration import Flag, Setting
from identity.domain.errors import (
    LastWayIn,
    LinkNotFound,
    LinkRequired,
    LinkTaken,
    ProviderNotFound,
    SignInElsewhereClosed,
    SignInRefused,
)
from identity.domain.sign_in import Protocol, Provider, Vouched

GRACE = Vouched("subject-1", "grace@example.org", True, "Grace")


def back(world, started, person=GRACE, provider="company", **changes):
    """The browser comes back from the provider."""
    world.sign_ins.person = person
    told = {"provider": provider, "code": "code", "state": world.sign_ins.state, "binding": started.binding, **changes}
    return world.complete_sign_in(CompleteSignIn(**told))


def sign_in(world, person=GRACE, provider="company"):
    return back(world, world.start_sign_in(StartSignIn(provider=provider)), person, provider)


def test_an_address_written_in_another_way_is_the_same_account(world, monkeypatch):
    world.registered(email="ada@bücher.example")
    dialogue = HttpSignIns(ProviderHttp())
    claims = {"sub": "s", "email": "ada@xn--bcher-kva.example", "email_verified": True}
    monkeypatch.setattr(dialogue, "_verified", lambda *_: claims)
    person = dialogue._of_id_token(Provider("company", Protocol.OIDC, "https://company.example", "us", "-"), {"id_token": "-"}, "nonce")
    with pytest.raises(LinkRequired):
        sign_in(world, person)


def test_somebody_new_gets_an_account_with_a_proven_address(world):
    first, second = sign_in(world), sign_in(world)
    [account] = world.memory.accounts.values()
    assert (account.email, account.email_verified, account.password_hash) == ("grace@example.org", True, None)
    assert first.tokens.access_token.split()[0] == second.tokens.access_token.split()[0] == account.id
    assert [len(world.events(kind)) for kind in (UserRegistered, EmailVerified)] == [1, 1]
    assert list(world.memory.sessions.values())[-1].methods == ("fed",)


def test_the_providers_name_for_a_person_counts_not_their_address(world):
    first = sign_in(world)
    moved = sign_in(world, Vouched("subject-1", "other@example.org", True, "Grace"))
    assert moved.tokens.access_token.split()[0] == first.tokens.access_token.split()[0]


def test_the_same_subject_of_another_provider_is_somebody_else(world):
    sign_in(world)
    other = sign_in(world, Vouched("subject-1", "other@example.org", True, "Mallory"), "github")
    assert len(world.memory.accounts) == 2
    assert other.tokens


def test_an_address_that_has_an_account_is_not_taken_over(world, ada):
    with pytest.raises(LinkRequired):
        sign_in(world, Vouched("subject-9", "ADA@example.org", True, "Ada?"))
    assert not world.memory.sessions


@pytest.mark.parametrize("person", [Vouched("s", None, False, "X"), Vouched("s", "x@example.org", False, "X")], ids=["none", "unproven"])
def test_an_address_that_the_provider_has_not_verified_opens_no_account(world, person):
    with pytest.raises(SignInRefused):
        sign_in(world, person)
    assert not world.memory.accounts


@pytest.mark.parametrize(
    "changes",
    [{"state": "unknown"}, {"binding": "another browser's"}, {"provider": "github"}, {"iss": "https://evil.example"}],
    ids=["state", "binding", "provider", "iss"],
)
def test_an_answer_that_does_not_belong_to_the_question_is_refused(world, changes):
    started = world.start_sign_in(StartSignIn(provider="company"))
    with pytest.raises(SignInRefused):
        back(world, started, **changes)
    assert not world.memory.accounts


def test_a_state_works_once_and_not_for_long(world):
    started = world.start_sign_in(StartSignIn(provider="company"))
    back(world, started)
    with pytest.raises(SignInRefused):
        back(world, started)
    started = world.start_sign_in(StartSignIn(provider="company"))
    world.clock.advance(timedelta(minutes=10))
    with pytest.raises(SignInRefused):
        back(world, started)


def test_an_unknown_provider_is_none(world):
    with pytest.raises(ProviderNotFound):
        world.start_sign_in(StartSignIn(provider="nobody"))


def link(world, principal, person=GRACE):
    return back(world, world.start_link(StartLink(provider="company"), principal), person)


def test_a_link_made_after_proof_opens_the_account(world, ada):
    assert link(world, world.in_session()).link.provider == "company"
    assert sign_in(world).tokens.access_token.split()[0] == ada.id
    assert [item.provider for item in world.list_links(world.as_principal(ada.id)).items] == ["company"]


def test_a_stale_session_links_nothing(world, ada):
    principal = world.in_session()
    world.clock.advance(FRESH_FOR)
    with pytest.raises(StepUpRequired):
        world.start_link(StartLink(provider="company"), principal)


def test_a_login_elsewhere_belongs_to_one_account(world, ada):
    sign_in(world)
    with pytest.raises(LinkTaken):
        link(world, world.in_session())


def test_a_link_is_removed_but_not_the_last_way_in(world, ada):
    principal = world.in_session()
    with pytest.raises(LinkNotFound):
        world.remove_link(RemoveLink(provider="company"), principal)
    link(world, principal)
    world.remove_link(RemoveLink(provider="company"), principal)
    assert world.list_links(principal).items == ()
    sign_in(world)
    grace = world.as_principal(next(account.id for account in world.memory.accounts.values() if account.password_hash is None))
    with pytest.raises(LastWayIn):
        world.remove_link(RemoveLink(provider="company"), grace)


def test_switched_off_nobody_begins_or_ends_a_login_elsewhere(world):
    sign_in(world)
    started = world.start_sign_in(StartSignIn(provider="company"))
    sessions = len(world.memory.sessions)
    off = Flag(Feature.SIGN_IN_ELSEWHERE, 1, "Off.", enabled=False)
    with world.unit_of_work() as work:
        work.configuration.keep_flag(off)
    for refused in (lambda: world.start_sign_in(StartSignIn(provider="company")), lambda: back(world, started)):
        with pytest.raises(SignInElsewhereClosed):
            refused()
    assert len(world.memory.sessions) == sessions
    with world.unit_of_work() as work:
        work.configuration.keep_flag(replace(off, version=2, enabled=True, percentage=100))
    assert sign_in(world).tokens


def test_while_read_only_who_has_an_account_logs_in_and_nobody_gets_one_or_a_link(world, ada):
    sign_in(world)
    linking = world.start_link(StartLink(provider="company"), world.in_session())
    linking_state = world.sign_ins.state
    with world.unit_of_work() as work:
        work.configuration.keep_setting(Setting("maintenance.read_only", True, 1))
    accounts, links = len(world.memory.accounts), len(world.memory.links)
    assert sign_in(world).tokens
    with pytest.raises(ReadOnly) as refused:
        sign_in(world, Vouched("subject-2", "new@example.org", True, "New"))
    assert (refused.value.kind, refused.value.retry_after_s) == (RefusalKind.UNAVAILABLE, 60)
    ada_elsewhere = Vouched("subject-3", "ada@example.org", True, "Ada")
    with pytest.raises(ReadOnly):
        back(world, linking, ada_elsewhere, state=linking_state)
    assert (len(world.memory.accounts), len(world.memory.links)) == (accounts, links)
    with world.unit_of_work() as work:
        work.configuration.keep_setting(Setting("maintenance.read_only", False, 2))
    assert back(world, linking, ada_elsewhere, state=linking_state).link, "what was begun before is not lost"


def test_on_for_some_roles_alone_it_links_their_accounts(world, ada):
    with world.unit_of_work() as work:
        work.configuration.keep_flag(Flag(Feature.SIGN_IN_ELSEWHERE, 1, "Solvers first.", enabled=True, roles=(Role.SOLVER,)))
    assert world.start_link(StartLink(provider="company"), world.in_session())
    with pytest.raises(SignInElsewhereClosed):
        world.start_sign_in(StartSignIn(provider="company"))
