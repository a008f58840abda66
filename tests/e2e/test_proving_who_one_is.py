"""Proving who one is, as a browser does through the gateway: reset, second factor, step-up, sessions, login elsewhere, public keys."""

from __future__ import annotations

import re
import secrets
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pyotp

from local_platform.market.client import PASSWORD, Market, wait_for

NEW = "velvet anchor thirteen"


async def mailed(market: Market, address: str, subject: str) -> str:
    """The token in the mail with this subject."""

    async def found() -> str | None:
        for mail in await market.mails(address):
            if subject in mail["subject"] and (token := re.search(r"token: (\S+)", mail["text"])):
                return token.group(1)
        return None

    return str(await wait_for(found, f"a mail to {address}"))


async def test_a_password_is_reset_and_an_address_changed_by_mail(market: Market) -> None:
    ada = await market.join("Ada", "solver")
    assert (await market.send("POST", "/v1/auth/password-reset", json={"email": ada.email})).status == 204
    reset = {"token": await mailed(market, ada.email, "new password"), "password": NEW}
    assert (await market.send("POST", "/v1/auth/password-reset/confirm", json=reset)).status == 200
    assert (await market.send("POST", "/v1/auth/refresh", json={"refresh_token": ada.refresh_token})).status == 401
    tokens = (await market.send("POST", "/v1/auth/login", json={"email": ada.email, "password": NEW})).body
    ada.access_token = tokens["access_token"]
    address = f"countess.{secrets.token_hex(4)}@example.com"
    await ada.request("POST", "/v1/me/email", {"email": address}, expect=204)
    confirm = {"token": await mailed(market, address, "new email")}
    assert (await market.send("POST", "/v1/auth/confirm-email", json=confirm)).status == 204
    assert (await ada.get("/v1/me"))["email"] == address

    async def told() -> bool:
        return any("another email address" in mail["subject"] for mail in await market.mails(ada.email))

    await wait_for(told, "a notice to the old address")


async def test_a_second_factor_guards_login_and_step_up(market: Market) -> None:
    grace = await market.join("Grace", "solver")
    setup = (await grace.request("POST", "/v1/me/factors/totp", {}, expect=200)).body
    code = pyotp.TOTP(setup["secret"]).now()
    recovery = (await grace.request("POST", "/v1/me/factors/totp/confirm", {"otp": code}, expect=200)).body["codes"]
    login = {"email": grace.email, "password": PASSWORD}
    assert (await market.send("POST", "/v1/auth/login", json=login)).code == "identity.otp.required"
    assert (await market.send("POST", "/v1/auth/login", json={**login, "recovery_code": recovery[0]})).status == 200
    refused = await grace.request("POST", "/v1/auth/step-up", {"password": PASSWORD}, expect=401)
    assert refused.code == "identity.otp.required"
    fresh = await grace.request("POST", "/v1/auth/step-up", {"password": PASSWORD, "recovery_code": recovery[1]}, expect=200)
    grace.access_token = fresh.body["access_token"]
    sessions = (await grace.get("/v1/me/sessions"))["items"]
    assert [session["current"] for session in sessions].count(True) == 1
    await grace.request("POST", "/v1/me/sessions/revoke-others", {}, expect=204)
    assert len((await grace.get("/v1/me/sessions"))["items"]) == 1
    assert {line["outcome"] for line in (await grace.get("/v1/me/logins"))["items"]} == {"succeeded", "code_missing"}


async def test_a_browser_logs_in_with_the_sandboxs_provider(market: Market) -> None:
    """302 to the provider, its page, its form, 302 back, tokens: by one browser, and by no other."""
    address = f"linus.{secrets.token_hex(4)}@example.com"
    jar = aiohttp.CookieJar(unsafe=True)  # a browser would know the gateway by a name: here it is 127.0.0.1
    start = f"{market.gateway_urls[0]}/v1/auth/oauth/sandbox/start"
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.get(start, allow_redirects=False) as sent:
            assert sent.status == 302
            page = sent.headers["Location"]
        asked = {name: values[0] for name, values in parse_qs(urlsplit(page).query).items()}
        form = {**asked, "email": address, "name": "Linus", "verified": "yes"}
        async with browser.post(page.partition("?")[0], data=form, allow_redirects=False) as back:
            callback = back.headers["Location"]
        async with aiohttp.ClientSession() as other, other.get(callback) as stolen:
            assert stolen.status == 400, "an answer is good in the browser that asked alone"
        async with browser.get(callback) as done:
            assert done.status == 200
            token = (await done.json())["tokens"]["access_token"]
        async with browser.get(callback) as again:
            assert again.status in (400, 401)
    me = await market.send("GET", "/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert (me.body["email"], me.body["email_verified"]) == (address, True)


async def test_the_public_keys_are_published(market: Market) -> None:
    published = await market.send("GET", "/.well-known/jwks.json")
    assert published.status == 200
    assert [(key["kty"], key["crv"], "d" in key) for key in published.body["keys"]] == [("OKP", "Ed25519", False)]
