"""Access tokens: whom they speak for, and which are refused."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey
from joserfc.jws import JWSRegistry

from chassis.clock import FixedClock
from chassis.principal import DELEGATED, FRESH_FOR, InvalidToken, PersonRequired, PrincipalVerifier, StepUpRequired
from contracts import catalogue
from contracts.admin.commands import ReplayDeadLetter
from contracts.challenges.commands import PublishChallenge
from contracts.challenges.queries import GetChallenge
from contracts.errors import DomainError
from contracts.identity.administration import BanUser
from contracts.identity.authentication import StepUp
from contracts.identity.configuration import ChangeSetting
from contracts.identity.credentials import CreateApiKey
from contracts.identity.roles import Role
from contracts.identity.scopes import AREAS, FOR_MACHINES, IN_PERSON, MACHINE_SCOPES, SCOPES, name_of, needed
from contracts.payments.commands import ReleaseEscrow, RequestPayout
from contracts.payments.queries import GetEscrow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = OKPKey.generate_key("Ed25519", {"kid": "one"})
CLAIMS: dict[str, Any] = {
    "iss": "openchance",
    "aud": "openchance",
    "sub": "user_1",
    "sid": "session_1",
    "roles": ["solver", "wizard"],
    "email_verified": True,
    "exp": int((NOW + timedelta(minutes=15)).timestamp()),
}


def token(key: Any = KEY, alg: str = "Ed25519", **changed: Any) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changed}.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": "one"}, claims, key, algorithms=[alg])


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture
def verifier(clock: FixedClock) -> PrincipalVerifier:
    return PrincipalVerifier(json.dumps({"keys": [KEY.as_dict(private=False)]}), clock)


def test_a_token_names_a_person(verifier: PrincipalVerifier) -> None:
    given = token()
    principal = verifier.verify(given)
    assert (principal.user_id, principal.session_id, principal.email_verified, principal.token) == ("user_1", "session_1", True, given)
    assert principal.roles == {Role.SOLVER}  # a role this version does not know gives no right
    assert principal.has(Role.SOLVER)
    assert not principal.has(Role.ADMIN)
    assert verifier.verify(given) is principal


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "somebody"},
        {"aud": "somebody"},
        {"aud": ["somebody"]},
        {"sub": None},
        {"sid": None},
        {"exp": None},
        {"exp": int(NOW.timestamp())},
        {"nbf": int(NOW.timestamp()) + 60},
        {"iat": int(NOW.timestamp()) + 60},
        {"roles": 17},
    ],
)
def test_other_claims_are_refused(verifier: PrincipalVerifier, changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidToken):
        verifier.verify(token(**changed))


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_of_a_clock_that_is_a_little_ahead_is_valid(verifier: PrincipalVerifier, claim: str) -> None:
    assert verifier.verify(token(**{claim: int(NOW.timestamp()) + 1})).user_id == "user_1"


def test_to_an_expired_token_nothing_is_given(verifier: PrincipalVerifier, clock: FixedClock) -> None:
    given = token()
    clock.advance(timedelta(minutes=15, seconds=-1))
    verifier.verify(given)
    clock.advance(timedelta(seconds=1))
    with pytest.raises(InvalidToken):
        verifier.verify(given)
    with pytest.raises(InvalidToken):
        verifier.verify(token(sid="session_2"))  # seen for the first time


def test_a_token_expires_by_the_clock_even_when_it_was_seen_before(verifier: PrincipalVerifier, clock: FixedClock) -> None:
    given = token()
    verifier.verify(given)
    clock.advance(timedelta(minutes=15))
    with pytest.raises(InvalidToken):
        verifier.verify(given)


def test_only_a_missing_truth_is_not_verified(verifier: PrincipalVerifier) -> None:
    assert not verifier.verify(token(email_verified=None)).email_verified
    assert not verifier.verify(token(email_verified="true")).email_verified


def test_forged_tokens_are_refused(verifier: PrincipalVerifier) -> None:
    public_bytes = json.dumps(KEY.as_dict(private=False))
    head, claims, signature = token().split(".")
    forgeries = [
        token(OKPKey.generate_key("Ed25519", {"kid": "one"})),
        token(OctKey.import_key(public_bytes), alg="HS256"),  # the public key as a shared secret
        f"{head}.{token(sub='user_2').split('.')[1]}.{signature}",
        f"{head}.{claims}.",
        "eyJhbGciOiJub25lIn0." + claims + ".",
        "not a token",
        "a.b.c",
        "é.é.é",
        "",
    ]
    for forgery in forgeries:
        with pytest.raises(InvalidToken):
            verifier.verify(forgery)


def test_the_older_name_of_the_algorithm_is_accepted_for_the_same_curve(verifier: PrincipalVerifier) -> None:
    class Registry(JWSRegistry):
        algorithms = {"EdDSA": JWSRegistry.algorithms["Ed25519"]}  # noqa: RUF012 - joserfc declares it so

    given = jwt.encode({"alg": "EdDSA", "kid": "one"}, CLAIMS, KEY, registry=Registry(algorithms=["EdDSA"]))
    assert verifier.verify(given).user_id == "user_1"


@pytest.mark.parametrize("jwks", ["", "{}", "[]", "17", '{"keys": 17}', '{"keys": [{"kty": "OKP"}]}'])
def test_what_is_not_a_key_set_is_refused_at_start(jwks: str, clock: FixedClock) -> None:
    with pytest.raises(ValueError, match="not a JSON Web Key Set"):
        PrincipalVerifier(jwks, clock)


def test_a_principal_knows_when_and_how_it_was_proven(verifier: PrincipalVerifier) -> None:
    at = NOW - timedelta(minutes=4)
    principal = verifier.verify(token(auth_time=int(at.timestamp()), amr=["pwd", "otp"]))
    assert (principal.authenticated_at, principal.methods, principal.strong) == (at, {"pwd", "otp"}, True)
    assert principal.fresh(NOW)
    assert not principal.fresh(NOW, within=timedelta(minutes=4))
    assert not verifier.verify(token(amr=["pwd"])).strong


def test_what_is_dangerous_asks_for_a_fresh_proof(verifier: PrincipalVerifier) -> None:
    verifier.verify(token(auth_time=int(NOW.timestamp()))).require_fresh(NOW)
    for stale in (token(auth_time=int((NOW - FRESH_FOR).timestamp())), token()):
        with pytest.raises(StepUpRequired) as refusal:
            verifier.verify(stale).require_fresh(NOW)
        assert refusal.value.problem().code == "identity.step_up.required"


@pytest.mark.parametrize("auth_time", ["yesterday", [], 10**30])
def test_a_time_that_is_none_is_refused(verifier: PrincipalVerifier, auth_time: Any) -> None:
    with pytest.raises(InvalidToken):
        verifier.verify(token(auth_time=auth_time))


def test_a_person_is_bound_by_no_scopes(verifier: PrincipalVerifier) -> None:
    principal = verifier.verify(token())
    assert principal.in_person
    for request in catalogue.requests():
        principal.admit(request)
    principal.require_person()


def key_token(**changed: Any) -> str:
    claims = {
        "aud": DELEGATED,
        "client_id": "apikey_1",
        "scope": "challenges:read payments:write",
        "auth_time": int(NOW.timestamp()),
        **changed,
    }
    return token(**claims)


def refusal(principal: Any, request: type[Any]) -> str:
    try:
        principal.admit(request)
    except DomainError as error:
        return error.code
    return "admitted"


def test_a_key_may_do_what_its_scopes_name_and_nothing_else(verifier: PrincipalVerifier) -> None:
    key = verifier.verify(key_token())
    assert (key.user_id, key.in_person, key.machine) == ("user_1", False, False)
    assert refusal(key, GetChallenge) == refusal(key, ReleaseEscrow) == "admitted"
    assert refusal(key, PublishChallenge) == refusal(key, GetEscrow) == "identity.scope.missing"
    for in_person in (RequestPayout, StepUp, BanUser, ChangeSetting, CreateApiKey, ReplayDeadLetter):
        assert refusal(key, in_person) == "identity.person.required"


def test_a_key_is_never_fresh_whatever_its_token_says(verifier: PrincipalVerifier) -> None:
    with pytest.raises(PersonRequired):
        verifier.verify(key_token()).require_fresh(NOW)


def test_a_client_without_scopes_may_do_nothing(verifier: PrincipalVerifier) -> None:
    key = verifier.verify(key_token(scope=None))
    admitted = [request.__name__ for request in catalogue.requests() if refusal(key, request) == "admitted"]
    assert admitted == []
    for changed in ({"client_id": None}, {"aud": "openchance"}, {"scope": None, "client_id": None}, {"aud": "openchance", "scope": None}):
        assert not verifier.verify(key_token(**changed)).in_person, changed


def test_a_program_is_refused_where_people_are_wanted(verifier: PrincipalVerifier) -> None:
    program = verifier.verify(key_token(sub="client_1", client_id="client_1", org="organisation_1", scope=" ".join(SCOPES)))
    assert (program.machine, program.organisation_id) == (True, "organisation_1")
    admitted = {name_of(request) for request in catalogue.requests() if refusal(program, request) == "admitted"}
    assert admitted == FOR_MACHINES


def test_the_lists_of_scopes_speak_of_requests_that_exist() -> None:
    there = {name_of(request) for request in catalogue.requests()}
    assert there >= IN_PERSON | FOR_MACHINES
    assert AREAS.keys() <= {request.service for request in catalogue.requests()}
    assert {needed(request) for request in catalogue.requests()} - {None} <= set(SCOPES)
    assert set(SCOPES) >= MACHINE_SCOPES
