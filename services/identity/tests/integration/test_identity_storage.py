"""The promises of identity's ports, kept by the fakes and by MongoDB alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from identity_fakes import FakeLoginAttempts, FakeOneTimePasswords, FakeTokens
from pymongo.errors import OperationFailure

from chassis.documents import StaleVersion
from chassis.person_keys import MasterKeys
from chassis.principal import Principal, SessionEnded
from contracts.identity.authentication import RequestEmailChange, RevokeSession
from contracts.identity.events import EmailVerified
from contracts.identity.roles import Role
from identity.adapters.person_keys import MongoPersonKeys
from identity.adapters.unit_of_work import IdentityUnitOfWork
from identity.domain.account import Account, Profile
from identity.domain.ceremony import Ceremony, Kind
from identity.domain.errors import EmailTaken, LoginThrottled
from identity.domain.login import Login, Outcome
from identity.domain.origin import Origin
from identity.domain.second_factors import Passkey, SecondFactors, Totp
from identity.domain.session import RevokeReason, Session
from identity.domain.sign_in import Link
from identity.domain.throttle import of_address, of_strangers
from identity.domain.verification import EmailVerification
from identity.migrations import m0023_issuers_of_links
from identity.usecases.begin_totp import BeginTotpHandler
from identity.usecases.end_sessions import end_sessions
from identity.usecases.request_email_change import RequestEmailChangeHandler
from identity.usecases.revoke_session import RevokeSessionHandler

NOW = datetime(2030, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)
FULL = Profile("Ada", "Europe/Berlin", "de", "Builds engines", "Since 1842.", ("python", "go"), ("en", "de"), ("https://ada.example.org/",))
ADA = Account("user_1", 1, "Ada@Example.org", False, "hash", (Role.SOLVER, Role.EXPERT), FULL, NOW)
BOB = Account("user_2", 1, "bob@example.org", True, "hash", (Role.CHALLENGER,), Profile("Bob", "UTC", "en"), NOW)
SESSION = Session.begin("session_1", ADA.id, NOW)


@pytest.fixture
def people(storage):
    with storage.unit_of_work() as work:
        work.accounts.add(ADA)
        work.accounts.add(BOB)


@pytest.mark.parametrize("account", [ADA, BOB], ids=["everything told", "only what must be"])
def test_an_account_comes_back_as_it_went(storage, people, account):
    with storage.unit_of_work() as work:
        assert work.accounts.get(account.id) == account
        assert work.accounts.by_email(account.email.upper()) == account
        assert work.accounts.get("user_3") is None
        assert work.accounts.by_email("carl@example.org") is None


def test_an_address_has_one_account(storage, people):
    with pytest.raises(EmailTaken), storage.unit_of_work() as work:
        work.accounts.add(replace(ADA, id="user_3", email="ADA@example.ORG"))
    with storage.unit_of_work() as work:
        assert work.accounts.get("user_3") is None


def test_a_change_is_kept_and_a_stale_one_is_not(storage, people):
    verified = ADA.with_email_verified()
    with storage.unit_of_work() as work:
        work.accounts.save(verified)
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.accounts.save(ADA.with_profile(BOB.profile, None))
    with storage.unit_of_work() as work:
        assert work.accounts.get(ADA.id) == verified


def test_what_fails_leaves_nothing(storage, people):
    def fail_late():
        with storage.unit_of_work() as work:
            work.accounts.save(ADA.with_email_verified())
            work.sessions.add(SESSION)
            work.emit(EmailVerified(user_id="user_" + "0" * 26, email=ADA.email))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_late()
    with storage.unit_of_work() as work:
        assert work.accounts.get(ADA.id) == ADA
        assert work.sessions.get(SESSION.id) is None


def test_one_verification_is_open_for_an_account(storage, people):
    first = EmailVerification.request(ADA.id, ADA.email, "digest 1", NOW)
    second = EmailVerification.request(ADA.id, ADA.email, "digest 2", NOW + timedelta(minutes=1), after=first)
    with storage.unit_of_work() as work:
        work.verifications.add(first)
    with storage.unit_of_work() as work:
        assert work.verifications.by_digest("digest 1") == first
        work.verifications.save(second)
    with storage.unit_of_work() as work:
        assert work.verifications.by_digest("digest 1") is None
        assert work.verifications.of(ADA.id) == work.verifications.by_digest("digest 2") == second
        work.verifications.remove(ADA.id)
    with storage.unit_of_work() as work:
        assert work.verifications.of(ADA.id) is None


def test_sessions_and_their_tokens_come_back(storage):
    token, revoked = SESSION.refresh_token("digest", NOW), SESSION.revoked(RevokeReason.LOGGED_OUT, NOW)
    with storage.unit_of_work() as work:
        work.sessions.add(SESSION)
        work.refresh_tokens.add(token)
    with storage.unit_of_work() as work:
        assert work.sessions.get(SESSION.id) == SESSION
        assert work.refresh_tokens.get("digest") == token
        work.sessions.save(revoked)
        work.refresh_tokens.save(token.rotated(NOW))
    with storage.unit_of_work() as work:
        assert work.sessions.get(SESSION.id) == revoked
        assert work.refresh_tokens.get("digest") == token.rotated(NOW)
        assert work.refresh_tokens.get("other") is None


def test_attempts_are_limited_for_each_address(storage):
    for _ in range(10):
        storage.attempts.count(of_strangers("ada@example.org"), NOW)
    with pytest.raises(LoginThrottled) as refusal:
        storage.attempts.count(of_strangers("ADA@example.org"), NOW)
    storage.attempts.count(of_strangers("bob@example.org"), NOW)
    storage.attempts.count(of_strangers("ada@example.org"), NOW + timedelta(seconds=refusal.value.retry_after_s))


def test_attempts_are_forgotten(storage):
    for _ in range(10):
        storage.attempts.count(of_strangers("ada@example.org"), NOW)
    storage.attempts.forget(of_strangers("Ada@example.org"), NOW)
    storage.attempts.count(of_strangers("ada@example.org"), NOW)


def test_what_was_begun_is_completed_once(storage):
    reset = Ceremony.begin(Kind.PASSWORD_RESET, "digest 1", NOW, ADA.id, email=ADA.email)
    login = Ceremony.begin(Kind.PASSKEY_LOGIN, "digest 2", NOW)
    with storage.unit_of_work() as work:
        work.ceremonies.add(reset)
        work.ceremonies.add(login)
    with storage.unit_of_work() as work:
        assert work.ceremonies.get("digest 1") == reset
        assert work.ceremonies.take("digest 2") == login
    with storage.unit_of_work() as work:
        assert work.ceremonies.take("digest 2") is None
        work.ceremonies.drop(Kind.EMAIL_CHANGE, ADA.id)
        assert work.ceremonies.get("digest 1") == reset
        work.ceremonies.drop(Kind.PASSWORD_RESET, ADA.id)
        work.ceremonies.add(replace(reset, digest="digest 3", user_id=BOB.id))
        work.ceremonies.add(replace(reset, digest="digest 4"))
        work.ceremonies.drop_all(ADA.id)
    with storage.unit_of_work() as work:
        assert work.ceremonies.get("digest 1") is None
        assert work.ceremonies.get("digest 3") is not None
        assert work.ceremonies.get("digest 4") is None


def test_second_factors_come_back(storage):
    passkey = Passkey("factor_2", "Laptop", "id", "key", 7, NOW)
    first = SecondFactors(ADA.id).with_totp(Totp("factor_1", "sealed", NOW))
    second = replace(first.with_passkey(passkey), recovery=("one", "two"))
    with storage.unit_of_work() as work:
        assert work.factors.of(ADA.id) == SecondFactors(ADA.id)
        work.factors.save(first)
    with storage.unit_of_work() as work:
        assert work.factors.of(ADA.id) == first
        work.factors.save(second)
    with pytest.raises(StaleVersion), storage.unit_of_work() as work:
        work.factors.save(second)
    with storage.unit_of_work() as work:
        assert work.factors.of(ADA.id) == second


def test_logins_are_listed_newest_first(storage):
    logins = [Login(f"login_{n}", ADA.id, NOW, Outcome.SUCCEEDED, ("pwd",), Origin("curl", "203.0.113.0/24")) for n in range(3)]
    with storage.unit_of_work() as work:
        for login in logins:
            work.logins.add(login)
    with storage.unit_of_work() as work:
        found, cursor = work.logins.page(ADA.id, None, 2)
        assert found == [logins[2], logins[1]]
        assert work.logins.page(ADA.id, cursor, 2) == ([logins[0]], None)
        assert work.logins.page(BOB.id, None, 2) == ([], None)


def test_live_sessions_are_listed_last_used_first(storage):
    later = Session.begin("session_2", ADA.id, NOW + timedelta(hours=1), ("pwd", "otp"), Origin("curl", "203.0.113.0/24"))
    over = Session.begin("session_3", ADA.id, NOW).revoked(RevokeReason.LOGGED_OUT, NOW)
    with storage.unit_of_work() as work:
        for session in (SESSION, later, over):
            work.sessions.add(session)
    with storage.unit_of_work() as work:
        assert work.sessions.live_of(ADA.id, NOW) == [later, SESSION]
        assert work.sessions.live_of(BOB.id, NOW) == []


def test_an_honest_attempt_is_taken_back(storage):
    budget = of_address("203.0.113.77", 2)
    for _ in range(5):
        storage.attempts.count(budget, NOW)
        storage.attempts.take_back(budget, NOW)
    storage.attempts.count(budget, NOW)
    storage.attempts.count(budget, NOW)
    with pytest.raises(LoginThrottled):
        storage.attempts.count(budget, NOW)


def test_links_are_found_by_provider_and_subject_and_by_account(storage):
    link = Link("github", "42", ADA.id, NOW)
    with storage.unit_of_work() as work:
        work.links.add(link)
    with storage.unit_of_work() as work:
        assert work.links.get("github", "42") == link
        assert work.links.get("google", "42") is None
        assert work.links.of(ADA.id) == [link]
        work.links.remove(link)
    again = replace(link, issuer="https://github.example")
    with storage.unit_of_work() as work:
        assert work.links.of(ADA.id) == []
        work.links.add(link)
    with storage.unit_of_work() as work:
        work.links.remove(link)
        work.links.add(again)
    with storage.unit_of_work() as work:
        assert work.links.of(ADA.id) == [again]


def test_links_from_before_learn_the_present_issuer_of_an_organisation(store):
    store.database.organisations.insert_many([{"_id": "organisation_1", "sso": {"issuer": "https://i.example"}}, {"_id": "organisation_2"}])
    told = {"_id": "organisation_1 1", "provider": "organisation_1", "subject": "1", "user_id": ADA.id, "linked_at": NOW, "version": 1}
    others = ({**told, "_id": f"{name} 1", "provider": name} for name in ("organisation_2", "company"))
    store.database.links.insert_many([told, *others, {**told, "_id": "organisation_1 2", "issuer": "https://before.example"}])
    for _ in range(2):
        m0023_issuers_of_links.migrate(store.database)
        issuers = {row["_id"]: row.get("issuer") for row in store.database.links.find({})}
        assert {name: issuer for name, issuer in issuers.items() if issuer} == {
            "organisation_1 1": "https://i.example",
            "organisation_1 2": "https://before.example",
        }


def test_a_login_and_the_end_of_all_sessions_at_the_same_time_see_each_other(store):
    """Neither sees what the other writes: without the turn, the session would outlive the change of the password."""
    keys = MongoPersonKeys(store.database, MasterKeys("bWFzdGVyIGtleXMgb2YgYSB0ZXN0IG9mIHN0b3JhZ2U="))
    with IdentityUnitOfWork(store, keys) as earlier:
        earlier.sessions.take_turn(ADA.id)

    def log_in():
        with IdentityUnitOfWork(store, keys) as login:
            login.sessions.live_of(ADA.id, NOW)  # what it sees from now on is what is there now
            with IdentityUnitOfWork(store, keys) as change:
                end_sessions(change, ADA.id, RevokeReason.PASSWORD_CHANGED, NOW)
            login.sessions.take_turn(ADA.id)

    with pytest.raises(OperationFailure) as lost:
        log_in()
    assert lost.value.has_error_label("TransientTransactionError"), "and so it runs again"


def end_all(unit_of_work, principal):
    with unit_of_work() as work:
        end_sessions(work, principal.user_id, RevokeReason.PASSWORD_CHANGED, NOW)


def end_one(unit_of_work, principal):
    owner = replace(principal, session_id="session_" + "1" * 26)
    RevokeSessionHandler(unit_of_work, lambda: NOW)(RevokeSession(session_id=principal.session_id), owner)


def another_address(unit_of_work, principal):
    handler = RequestEmailChangeHandler(unit_of_work, FakeLoginAttempts(), FakeTokens(), lambda: NOW)
    handler(RequestEmailChange(email="thief@evil.example"), principal)


def an_app(unit_of_work, principal):
    """Emits nothing: it meets nobody at the sequence of the person's events."""
    BeginTotpHandler(unit_of_work, FakeOneTimePasswords(), lambda prefix: f"{prefix}_{0:026d}", lambda: NOW)(principal)


@pytest.mark.parametrize("begin", [another_address, an_app])
@pytest.mark.parametrize("end", [end_all, end_one])
def test_what_is_begun_and_the_end_of_its_session_at_the_same_time_see_each_other(store, end, begin):
    """Services hear of the end later: without the turn and the look at the session, a thief's new address would outlive it."""
    keys = MongoPersonKeys(store.database, MasterKeys("bWFzdGVyIGtleXMgb2YgYSB0ZXN0IG9mIHN0b3JhZ2U="))
    ada, session = replace(ADA, id="user_" + "0" * 26), Session.begin("session_" + "0" * 26, "user_" + "0" * 26, NOW)
    thief = Principal(ada.id, session.id, frozenset(), True, "token", authenticated_at=NOW)
    with IdentityUnitOfWork(store, keys) as earlier:
        earlier.accounts.add(ada)
        earlier.sessions.add(session)
        earlier.sessions.take_turn(ada.id)

    class Overtaken(IdentityUnitOfWork):
        def open(self, client_session):
            super().open(client_session)
            assert self.sessions.live_of(ada.id, NOW)  # what it sees from now on is what is there now
            end(lambda: IdentityUnitOfWork(store, keys), thief)

    with pytest.raises(OperationFailure) as lost:
        begin(lambda: Overtaken(store, keys), thief)
    assert lost.value.has_error_label("TransientTransactionError"), "and so it runs again"
    with pytest.raises(SessionEnded):
        begin(lambda: IdentityUnitOfWork(store, keys), thief)
    assert store.database.ceremonies.count_documents({}) == store.database.second_factors.count_documents({}) == 0
