"""The dialogue with a provider, held with the sandbox's by real redirects."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from identity.adapters.configured_providers import ConfiguredProviders
from identity.adapters.oidc_sign_ins import HttpSignIns
from identity.adapters.provider_http import ProviderHttp
from identity.domain.errors import ProviderAway, SignInRefused
from local_platform import launch
from local_platform.ports import free_port

REDIRECT = "http://127.0.0.1:1/v1/auth/oauth/company/callback"
VERIFIER = "v" * 43


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    process = launch.sandbox(env={}, log=Path(tmp_path_factory.mktemp("sandbox")) / "log", port=port)
    process.start()
    yield f"http://127.0.0.1:{port}"
    process.stop(within=10)


@pytest.fixture
def providers(sandbox):
    client = {"client_id": "sandbox", "client_secret": "sandbox-secret"}
    github = {**client, "issuer": f"{sandbox}/github", "api": f"{sandbox}/github"}
    return ConfiguredProviders({"company": {**client, "issuer": f"{sandbox}/oidc"}, "github": github})


@pytest.fixture
def sign_ins():
    return HttpSignIns(ProviderHttp())


def log_in_at(url, email="grace@example.org"):
    """What a browser does: open the page, send the form, follow the redirect back; the code."""
    assert requests.get(url, timeout=10).status_code == 200
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    answer = requests.post(
        url.partition("?")[0], data={**form, "email": email, "name": "Grace", "verified": "yes"}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 302
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["state"]
    return back["code"][0]


def code_of(sign_ins, provider):
    return log_in_at(sign_ins.authorization_url(provider, "state", "nonce", VERIFIER, REDIRECT))


@pytest.mark.parametrize("name", ["company", "github"])
def test_a_code_tells_whom_the_provider_vouches_for(sign_ins, providers, name):
    provider = providers.get(name)
    person = sign_ins.vouched(provider, code_of(sign_ins, provider), "nonce", VERIFIER, REDIRECT)
    assert (person.email, person.email_verified, person.name) == ("grace@example.org", True, "Grace")
    assert person.subject


@pytest.mark.parametrize(
    ("claimed", "told"),
    [
        ("ada@xn--bcher-kva.example", ("ada@bücher.example", True)),
        ("Ada@BÜCHER.example", ("Ada@bücher.example", True)),
        ("no address", (None, False)),
        (None, (None, False)),
        (["ada@example.org"], (None, False)),
    ],
    ids=["punycode", "upper case", "no address", "none", "list"],
)
def test_an_address_is_told_as_everybody_elses_is_kept(sign_ins, providers, monkeypatch, claimed, told):
    claims = {"sub": "s", "email": claimed, "email_verified": True}
    monkeypatch.setattr(sign_ins, "_verified", lambda *_: claims)
    person = sign_ins._of_id_token(providers.get("company"), {"id_token": "-"}, "nonce")
    assert (person.email, person.email_verified) == told


def test_a_code_works_once_and_with_its_verifier_alone(sign_ins, providers):
    provider = providers.get("company")
    code = code_of(sign_ins, provider)
    sign_ins.vouched(provider, code, "nonce", VERIFIER, REDIRECT)
    for again in (code, code_of(sign_ins, provider)):
        with pytest.raises(SignInRefused):
            sign_ins.vouched(provider, again, "nonce", "w" * 43, REDIRECT)


def test_a_token_for_another_question_is_refused(sign_ins, providers):
    provider = providers.get("company")
    with pytest.raises(SignInRefused):
        sign_ins.vouched(provider, code_of(sign_ins, provider), "another nonce", VERIFIER, REDIRECT)


def test_a_provider_may_change_its_key(sign_ins, providers, sandbox):
    provider = providers.get("company")
    for _ in range(2):
        sign_ins.vouched(provider, code_of(sign_ins, provider), "nonce", VERIFIER, REDIRECT)
        assert requests.post(f"{sandbox}/_sandbox/oidc/rotate", timeout=10).status_code == 204


def test_metadata_of_another_issuer_is_refused(sign_ins, sandbox):
    impostor = ConfiguredProviders(
        {"x": {"client_id": "a", "client_secret": "b", "issuer": sandbox.replace("127.0.0.1", "localhost") + "/oidc"}}
    )
    with pytest.raises(SignInRefused):
        sign_ins.authorization_url(impostor.get("x"), "state", "nonce", VERIFIER, REDIRECT)


def without_signature(token):
    """The same claims, said to need none (RFC 8725, 2.1)."""
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"k"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


@pytest.mark.parametrize("flaw", ["aud", "iss", "exp", "nonce", "azp", "forged", "hmac", "none"])
def test_an_id_token_that_is_not_for_us_is_refused(sign_ins, providers, monkeypatch, flaw):
    """The provider's own key signs, and one thing is wrong."""
    provider, key = providers.get("company"), ECKey.generate_key("P-256", {"kid": "k"}, private=True)
    published = KeySet.import_key_set({"keys": [key.as_dict(private=False)]})
    monkeypatch.setattr(sign_ins, "_keys", lambda provider, metadata, again=False: published)
    right = {"iss": provider.issuer, "aud": "sandbox", "sub": "s", "exp": int(time.time()) + 60, "nonce": "nonce"}
    genuine = jwt.encode({"alg": "ES256", "kid": "k"}, right, key)
    assert sign_ins._of_id_token(provider, {"id_token": genuine}, "nonce").subject == "s"
    wrong = {"aud": "elsewhere", "iss": "https://evil.example", "exp": 1, "nonce": "other", "azp": "elsewhere"}
    claims = right | {flaw: wrong[flaw]} if flaw in wrong else right
    signer, algorithm = {
        "forged": (ECKey.generate_key("P-256", {"kid": "k"}, private=True), "ES256"),
        "hmac": (OctKey.import_key("k" * 32), "HS256"),
    }.get(flaw, (key, "ES256"))
    flawed = jwt.encode({"alg": algorithm, "kid": "k"}, claims, signer, algorithms=[algorithm])
    with pytest.raises(SignInRefused):
        sign_ins._of_id_token(provider, {"id_token": without_signature(genuine) if flaw == "none" else flawed}, "nonce")


def test_a_provider_that_is_away_is_told_apart(sign_ins):
    away = ConfiguredProviders({"x": {"client_id": "a", "client_secret": "b", "issuer": f"http://127.0.0.1:{free_port()}"}})
    with pytest.raises(ProviderAway):
        sign_ins.authorization_url(away.get("x"), "state", "nonce", VERIFIER, REDIRECT)


def test_a_provider_without_tls_is_refused(sign_ins):
    plain = ConfiguredProviders({"x": {"client_id": "a", "client_secret": "b", "issuer": "http://provider.example"}})
    with pytest.raises(SignInRefused):
        sign_ins.authorization_url(plain.get("x"), "state", "nonce", VERIFIER, REDIRECT)


def test_a_provider_that_lacks_something_is_refused_at_start_up():
    with pytest.raises(ValueError, match="IDENTITY_PROVIDERS: acme"):
        ConfiguredProviders({"acme": {"client_id": "a", "client_secret": "b"}})
    for text in ("", "[]", "{"):
        with pytest.raises(ValueError, match="IDENTITY_PROVIDERS"):
            ConfiguredProviders.read(text)
