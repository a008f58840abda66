"""Stripe's pages that a person sees: 3-D Secure and the onboarding of a connected account."""

import html
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from sandbox.storage import Json
from sandbox.stripe import accounts
from sandbox.stripe.api import StripeApi
from sandbox.stripe.payment_attempt import authenticated

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>body{{font:16px/1.5 system-ui;max-width:32rem;margin:4rem auto;padding:0 1rem}}button{{font:inherit;padding:.5rem 1rem}}</style>
<h1>{title}</h1><p>{text}</p>{form}</html>"""


def _page(title: str, text: str, form: str = "", status: int = 200) -> web.Response:
    body = _PAGE.format(title=html.escape(title), text=html.escape(text), form=form)
    return web.Response(text=body, content_type="text/html", status=status)


@dataclass(frozen=True)
class HostedPages:
    api: StripeApi

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/3d_secure/{intent_id}", self.show_authentication),
            web.post("/3d_secure/{intent_id}", self.authenticate),
            web.get("/onboarding/{account_id}", self.show_onboarding),
            web.post("/onboarding/{account_id}", self.onboard),
        ]

    async def show_authentication(self, request: web.Request) -> web.Response:
        found = self._intent(request)
        if found is None:
            return _page("Nothing to authenticate", "This payment is unknown here.", status=404)
        _, intent = found
        if intent["status"] != "requires_action":
            return _page("Nothing to do", f"This payment is {intent['status'].replace('_', ' ')}.")
        form = (
            '<form method="post"><button name="outcome" value="complete">Complete authentication</button> '
            '<button name="outcome" value="fail">Fail authentication</button></form>'
        )
        return _page("3-D Secure test page", f"Your bank asks: pay {intent['amount']} {intent['currency'].upper()} (minor units)?", form)

    async def authenticate(self, request: web.Request) -> web.Response:
        outcome = str((await request.post()).get("outcome", "complete"))
        found = self._intent(request)
        if found is None:
            return _page("Nothing to authenticate", "This payment is unknown here.", status=404)
        account, intent = found
        if intent["status"] == "requires_action":
            with self.api.storage.transaction():
                authenticated(self.api.platform().on_behalf_of(account), intent, passed=outcome == "complete")
        passed = intent["status"] in ("succeeded", "requires_capture")
        if (return_url := intent.get("_return_url")) is None:
            return _page("Done" if passed else "Failed", "You can close this page.")
        answer = {
            "payment_intent": intent["id"],
            "payment_intent_client_secret": intent["client_secret"],
            "redirect_status": "succeeded" if passed else "failed",
        }
        raise web.HTTPSeeOther(f"{return_url}{'&' if '?' in return_url else '?'}{urlencode(answer)}")

    async def show_onboarding(self, request: web.Request) -> web.Response:
        form = '<form method="post"><button>Complete onboarding</button></form>'
        return self._with_account(
            request, lambda account: _page("Get paid by OpenChance", f"Test onboarding of {account['email'] or account['id']}.", form)
        )

    async def onboard(self, request: web.Request) -> web.Response:
        def complete(account: Json) -> web.Response:
            with self.api.storage.transaction():
                accounts.complete_onboarding(self.api.platform(), account)
            if (return_url := account.get("_return_url")) is not None:
                raise web.HTTPSeeOther(return_url)
            return _page("Done", "This account can be paid.")

        return self._with_account(request, complete)

    def _intent(self, request: web.Request) -> tuple[str | None, Json] | None:
        found = self.api.storage.get_any(request.match_info["intent_id"])
        secret = request.query.get("client_secret")
        return found if found and found[1]["object"] == "payment_intent" and found[1]["client_secret"] == secret else None

    def _with_account(self, request: web.Request, show: Callable[[Json], web.Response]) -> web.Response:
        account = self.api.storage.get("account", None, request.match_info["account_id"])
        return show(account) if account else _page("Unknown account", "There is no such account here.", status=404)
