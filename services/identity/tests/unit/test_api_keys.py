"""API keys and partners' programs: shown once, bounded by scopes, renewed with an overlap, ended at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from identity_fakes import FakeAccounts
from organisation_fakes import FakeCredentials, FakeKeyTokens, FakeOrganisations

from chassis.principal import Principal, StepUpRequired
from contracts.identity.administration import BanUser, RestoreUser, SuspendUser
from contracts.identity.credentials import (
    CreateApiKey,
    ExchangeApiKey,
    IssueClientToken,
    ListApiKeys,
    ListClients,
    RegisterClient,
    RevokeApiKey,
    RevokeClient,
    RotateApiKey,
    RotateClientSecret,
)
from contracts.identity.events import CredentialCreated, CredentialRevoked, CredentialRotated, SessionRevoked
from contracts.identity.organisation_views import OrganisationRole
from contracts.identity.organisations import CreateOrganisation
from contracts.identity.roles import Role
from identity.domain.credential_errors import (
    ApiKeyInvalid,
    ClientInvalid,
    CredentialNotFound,
    ScopeForPeople,
    ScopeNotGranted,
    TargetUnknown,
    TooManyCredentials,
)
from identity.domain.credential_errors import (
    CredentialRevoked as AlreadyRevoked,
)
from identity.domain.organisation import Member
from identity.domain.organisation_errors import OrganisationNotFound
from identity.usecases.administer import AdministerAccount
from identity.usecases.ban_user import BanUserHandler
from identity.usecases.create_api_key import CreateApiKeyHandler
from identity.usecases.create_organisation import CreateOrganisationHandler
from identity.usecases.exchange_api_key import ExchangeApiKeyHandler
from identity.usecases.issue_client_token import IssueClientTokenHandler
from identity.usecases.list_api_keys import ListApiKeysHandler
from identity.usecases.list_clients import ListClientsHandler
from identity.usecases.make_credential import MakeCredential
from identity.usecases.register_client import RegisterClientHandler
from identity.usecases.restore_user import RestoreUserHandler
from identity.usecases.revoke_api_key import RevokeApiKeyHandler
from identity.usecases.revoke_client import RevokeClientHandler
from identity.usecases.rotate_api_key import RotateApiKeyHandler
from identity.usecases.rotate_client_secret import RotateClientSecretHandler
from identity.usecases.suspend_user import SuspendUserHandler


class Kept:
    """Reads what is committed, as outside a transaction."""

    def __init__(self, read):
        self._read = read

    def __getattr__(self, name):
        return getattr(self._read(), name)


@dataclass
class Keys:
    """Ada's keys."""

    world: object
    ada: Principal

    def __post_init__(self):
        self.make = MakeCredential(self.world.unit_of_work, FakeKeyTokens(), self.world.new_id, self.world.clock.now)
        memory, now = self.world.memory, self.world.clock.now
        accounts, organisations = Kept(lambda: FakeAccounts(memory)), Kept(lambda: FakeOrganisations(memory.organised))
        kept = Kept(lambda: FakeCredentials(memory.organised))
        self.exchange_ = ExchangeApiKeyHandler(accounts, organisations, kept, self.make, now)
        self.issue_ = IssueClientTokenHandler(accounts, organisations, kept, self.make, frozenset({"openchance"}), now)

    def create(self, by=None, **told):
        told = {"name": "Export", "scopes": ["challenges:read"], **told}
        return CreateApiKeyHandler(self.make)(CreateApiKey.model_validate(told), by or self.ada)

    def exchange(self, key):
        return self.exchange_(ExchangeApiKey(key=key)).access_token

    def opens(self, key):
        try:
            return bool(self.exchange(key))
        except ApiKeyInvalid:
            return False

    def rotate(self, key_id, overlap_s, by=None):
        return RotateApiKeyHandler(self.make)(RotateApiKey(apikey_id=key_id, overlap_s=overlap_s), by or self.ada)

    def revoke(self, key_id, by=None):
        return RevokeApiKeyHandler(self.make)(RevokeApiKey(apikey_id=key_id), by or self.ada)

    def listed(self, **told):
        return ListApiKeysHandler(self.world.unit_of_work)(ListApiKeys(**told), self.ada).items

    def acme(self):
        create = CreateOrganisationHandler(self.world.unit_of_work, self.world.new_id, self.world.clock.now)
        return create(CreateOrganisation(name="Acme"), self.ada).id

    def client(self, organisation_id, **told):
        told = {"name": "Partner", "scopes": ["challenges:read", "organisations:read"], **told}
        return RegisterClientHandler(self.make)(RegisterClient(organisation_id=organisation_id, **told), self.ada)

    def issue(self, client, secret, **told):
        return self.issue_(IssueClientToken(client_id=client, client_secret=secret, **told))


@pytest.fixture
def keys(world, ada):
    return Keys(world, world.in_session())


def test_a_key_is_shown_once_and_kept_as_a_digest(world, ada, keys):
    made = keys.create(scopes=["challenges:read", "profile:write", "challenges:read"])
    assert made.prefix == made.key[:11]
    assert made.scopes == ("challenges:read", "profile:write")
    assert made.expires_at == world.clock.now() + timedelta(days=90)
    (shown,) = keys.listed()
    assert not hasattr(shown, "key")
    assert made.key not in repr(world.memory)
    (told,) = world.events(CredentialCreated)
    assert (told.kind, told.owner_id, told.name) == ("key", ada.id, "Export")
    assert keys.exchange(made.key).startswith(f"{ada.id} ")


def test_making_and_renewing_ask_for_a_fresh_proof_and_ending_does_not(world, keys):
    made = keys.create()
    world.clock.advance(timedelta(minutes=10))
    for stale in (keys.create, lambda: keys.rotate(made.id, 60)):
        with pytest.raises(StepUpRequired):
            stale()
    keys.revoke(made.id)
    assert not keys.opens(made.key)


def test_what_is_unknown_revoked_or_expired_is_refused_alike(world, keys):
    made, short = keys.create(), keys.create(expires_in_days=1)
    keys.revoke(made.id)
    keys.revoke(made.id)
    world.clock.advance(timedelta(days=1))
    assert [keys.opens(key) for key in (made.key, short.key, "oc_nothing")] == [False] * 3
    assert len(world.events(CredentialRevoked)) == 1
    (ended,) = world.events(SessionRevoked)
    assert ended.reason == "key_revoked"


def test_a_rotation_overlaps_as_long_as_it_was_told(world, keys):
    made = keys.create(expires_in_days=30)
    world.clock.advance(timedelta(days=10))
    keys.ada = replace(keys.ada, authenticated_at=world.clock.now())
    renewed = keys.rotate(made.id, 3600)
    assert renewed.id == made.id
    assert renewed.expires_at == world.clock.now() + timedelta(days=30)
    assert keys.opens(made.key)
    assert keys.opens(renewed.key)
    world.clock.advance(timedelta(hours=1))
    assert not keys.opens(made.key)
    assert keys.opens(renewed.key)
    (told,) = world.events(CredentialRotated)
    assert told.overlap_until == world.clock.now()
    assert world.events(SessionRevoked) == []


def test_a_rotation_without_overlap_ends_the_tokens_that_are_out(world, keys):
    made = keys.create()
    before = keys.exchange(made.key).split()[1]
    renewed = keys.rotate(made.id, 0)
    assert not keys.opens(made.key)
    assert [event.session_id for event in world.events(SessionRevoked)] == [before]
    assert keys.exchange(renewed.key).split()[1] != before
    keys.revoke(made.id)
    with pytest.raises(AlreadyRevoked):
        keys.rotate(made.id, 0)


def test_only_two_secrets_ever_work(world, keys):
    made = keys.create()
    second = keys.rotate(made.id, 86_400)
    third = keys.rotate(made.id, 86_400)
    assert [keys.opens(key) for key in (made.key, second.key, third.key)] == [False, True, True]


def test_the_last_use_is_known_to_ten_minutes_and_costs_no_write_each(world, keys):
    made = keys.create()
    for _ in range(5):
        keys.exchange(made.key)
    kept = world.memory.organised.credentials[made.id]
    assert (kept.last_used_at, kept.version) == (world.clock.now(), 2)
    world.clock.advance(timedelta(minutes=10))
    keys.exchange(made.key)
    assert keys.listed()[0].last_used_at == world.clock.now()


def test_keys_of_others_do_not_exist(world, keys):
    made = keys.create()
    bob = world.in_session_of("bob@example.org")
    for attempt in (lambda: keys.rotate(made.id, 0, by=bob), lambda: keys.revoke(made.id, by=bob)):
        with pytest.raises(CredentialNotFound):
            attempt()
    assert keys.opens(made.key)
    with pytest.raises(OrganisationNotFound):
        keys.create(by=bob, organisation_id=keys.acme())


def test_there_are_twenty_at_most_that_work(keys):
    first, *_ = [keys.create() for _ in range(20)]
    with pytest.raises(TooManyCredentials):
        keys.create()
    keys.revoke(first.id)
    keys.create()


def staff(world, handler, command):
    admin = Principal("user_" + "9" * 26, "s", frozenset({Role.ADMIN}), True, "", world.clock.now())
    handler(AdministerAccount(world.unit_of_work, world.new_id, world.clock.now))(command, admin)


def test_who_is_suspended_loses_the_tokens_and_keeps_the_keys(world, ada, keys):
    made = keys.create()
    session = keys.exchange(made.key).split()[1]
    staff(world, SuspendUserHandler, SuspendUser(user_id=ada.id, reason="Spam."))
    assert (session, "kept_out") in [(event.session_id, event.reason) for event in world.events(SessionRevoked)]
    assert world.memory.organised.credentials[made.id].session_id != session


def test_a_key_of_an_organisation_speaks_for_it_and_for_nobody(world, keys):
    acme = keys.acme()
    with pytest.raises(ScopeForPeople) as refused:
        keys.create(organisation_id=acme, scopes=["payments:write", "organisations:write"])
    assert [field.pointer for field in refused.value.fields] == ["/scopes"]
    made = keys.create(organisation_id=acme, scopes=["organisations:write"])
    assert made.organisation_id == acme
    assert keys.exchange(made.key) == f"{made.id} of {acme} organisations:write"
    assert [key.id for key in keys.listed(organisation_id=acme)] == [made.id]
    assert keys.listed() == ()


def session_of(world, credential):
    return world.memory.organised.credentials[credential.id].session_id


def kept_out(world):
    return {event.session_id for event in world.events(SessionRevoked) if event.reason == "kept_out"}


def test_keys_and_programs_do_not_go_on_for_an_owner_who_is_banned(world, ada, keys):
    acme, other = keys.acme(), keys.acme()
    key, client = keys.create(organisation_id=acme), keys.client(acme)
    elsewhere = keys.create(organisation_id=other)
    bob = world.registered(email="bob@example.org").id
    with world.unit_of_work() as work:
        work.organisations.save(work.organisations.get(other).with_owner(bob))
        work.members.add(Member(other, bob, 1, OrganisationRole.OWNER, world.clock.now()))
    before = [session_of(world, one) for one in (client, key, elsewhere)]

    staff(world, BanUserHandler, BanUser(user_id=ada.id, reason="Fraud."))

    assert not keys.opens(key.key)
    with pytest.raises(ClientInvalid):
        keys.issue(client.id, client.client_secret)
    told = kept_out(world)
    assert {*before} & told == {*before[:2]}, "every service hears that what they were traded for has ended"
    assert keys.opens(elsewhere.key), "its other owner answers for it"
    staff(world, SuspendUserHandler, SuspendUser(user_id=bob, reason="Spam.", until=world.clock.now() + timedelta(days=3)))
    assert not keys.opens(elsewhere.key)
    assert before[2] in kept_out(world)
    world.clock.advance(timedelta(days=3))
    assert keys.opens(elsewhere.key), "a suspension ends by itself"
    staff(world, RestoreUserHandler, RestoreUser(user_id=ada.id, reason="A mistake."))
    assert keys.opens(key.key)
    assert not {session_of(world, one) for one in (client, key, elsewhere)} & {*before}, "in other sessions: those before have ended"


def test_nothing_speaks_for_an_organisation_that_is_gone(world, keys):
    acme = keys.acme()
    key, client = keys.create(organisation_id=acme), keys.client(acme)
    with world.unit_of_work() as work:
        work.accounts.remove(keys.ada.user_id)
    assert not keys.opens(key.key)
    world.memory.organised.organisations.clear()
    assert not keys.opens(key.key)
    with pytest.raises(ClientInvalid):
        keys.issue(client.id, client.client_secret)


def test_a_program_gets_tokens_within_what_it_was_given(world, keys):
    acme = keys.acme()
    client = keys.client(acme)
    view = keys.issue(client.id, client.client_secret)
    assert (view.scope, view.token_type, view.expires_in) == ("challenges:read organisations:read", "Bearer", 300)
    assert keys.issue(client.id, client.client_secret, scope="organisations:read").access_token.endswith(f"{acme} organisations:read")
    assert keys.issue(client.id, client.client_secret, resource="openchance")
    for scope in ("organisations:write", "challenges:read payments:write", " "):
        with pytest.raises(ScopeNotGranted):
            keys.issue(client.id, client.client_secret, scope=scope)
    with pytest.raises(TargetUnknown):
        keys.issue(client.id, client.client_secret, resource="https://elsewhere.example")


def test_a_program_that_is_not_what_it_says_is_refused_alike(world, keys):
    acme = keys.acme()
    client, other = keys.client(acme), keys.client(acme)
    key = keys.create()
    wrong = [
        (client.id, other.client_secret),
        (client.id, "nothing"),
        ("client_nobody", client.client_secret),
        (key.id, key.key),
    ]
    for client_id, secret in wrong:
        with pytest.raises(ClientInvalid):
            keys.issue(client_id, secret)
    assert not keys.opens(client.client_secret), "a client's secret is no API key"
    renewed = RotateClientSecretHandler(keys.make)(RotateClientSecret(client_id=client.id, overlap_s=0), keys.ada)
    with pytest.raises(ClientInvalid):
        keys.issue(client.id, client.client_secret)
    RevokeClientHandler(keys.make)(RevokeClient(client_id=client.id), keys.ada)
    with pytest.raises(ClientInvalid):
        keys.issue(client.id, renewed.client_secret)
    listed = ListClientsHandler(world.unit_of_work)(ListClients(organisation_id=acme), keys.ada).items
    assert [(one.id, one.revoked_at is not None) for one in listed] == [(other.id, False), (client.id, True)]


def test_a_scope_that_does_not_exist_is_refused_by_name():
    with pytest.raises(ValueError, match="is none of"):
        CreateApiKey(name="x", scopes=("admin:write",))
