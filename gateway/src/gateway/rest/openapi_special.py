"""OpenAPI of the routes outside the table: Stripe's webhook, OAuth's token endpoint, the steps of a login elsewhere in a browser."""

from __future__ import annotations

from typing import Any

from contracts.identity.authentication import CompleteSignIn, StartLink, StartSignIn
from contracts.identity.credentials import IssueClientToken
from contracts.payments.commands import ReceiveStripeWebhook
from gateway.rest import oauth_token, sign_in, stripe_webhook


def _refusals(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def _parameter(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}


def _object(*texts: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "string"} for name in texts}, "required": list(texts)}


_TOKEN = _object("access_token", "token_type", "scope")
_COOKIE = {"Set-Cookie": {"description": "Binds this browser to the answer.", "schema": {"type": "string"}}}
_SIGN_IN = "Proving who one is"
_SIGNED_IN = {
    "oneOf": [
        {"type": "object", "properties": {"tokens": {"$ref": "#/components/schemas/TokensView"}}, "required": ["tokens"]},
        {"type": "object", "properties": {"link": {"$ref": "#/components/schemas/LinkView"}}, "required": ["link"]},
    ]
}

SPECIAL: dict[str, dict[str, Any]] = {
    stripe_webhook.PATH: {
        "post": {
            "operationId": ReceiveStripeWebhook.method(),
            "tags": ["Webhooks"],
            "summary": "Receive stripe webhook",
            "description": "For Stripe alone: a signed event, as Stripe documents it.",
            "security": [],
            "parameters": [_parameter("Stripe-Signature", "header")],
            "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": {"204": {"description": "Taken."}, **_refusals(400, 408, 413, 422, 429, 503)},
        }
    },
    oauth_token.PATH: {
        "post": {
            "operationId": IssueClientToken.method(),
            "tags": ["API keys and programs"],
            "summary": "Issue client token",
            "description": "OAuth 2.1 client credentials; the client's id and secret in the form, or in an Authorization header (Basic).",
            "security": [],
            "parameters": [],
            "requestBody": {
                "required": True,
                "content": {
                    "application/x-www-form-urlencoded": {
                        "schema": {
                            "type": "object",
                            "properties": {
                                "grant_type": {"const": "client_credentials"},
                                **{name: {"type": "string"} for name in ("client_id", "client_secret", "scope", "resource")},
                            },
                            "required": ["grant_type"],
                        }
                    }
                },
            },
            "responses": {
                "200": {
                    "description": "The token.",
                    "content": {"application/json": {"schema": _object("access_token", "token_type", "scope")}},
                },
                **{
                    status: {
                        "description": "Refused, in the words of RFC 6749.",
                        "content": {"application/json": {"schema": _object("error", "error_description")}},
                    }
                    for status in ("400", "401")
                },
                **_refusals(408, 413, 415, 429, 503),
            },
        }
    },
    sign_in.START: {
        "get": {
            "operationId": StartSignIn.method(),
            "tags": [_SIGN_IN],
            "summary": "Start sign in",
            "description": "Open this in a browser: it is sent on to the provider.",
            "security": [],
            "parameters": [_parameter("provider", "path")],
            "responses": {
                "302": {"description": "To the provider.", "headers": _COOKIE | {"Location": {"schema": {"type": "string"}}}},
                **_refusals(404, 422, 429, 503),
            },
        }
    },
    sign_in.LINK: {
        "post": {
            "operationId": StartLink.method(),
            "tags": [_SIGN_IN],
            "summary": "Start link",
            "description": "Begin to link a provider to one's account: open the address of the answer in the same browser. "
            "A script of another origin asks with `credentials: include`, or the browser does not keep the cookie.",
            "security": [{"accessToken": []}],
            "parameters": [_parameter("provider", "path")],
            "responses": {
                "200": {
                    "description": "The address to open.",
                    "headers": _COOKIE,
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "object",
                                "properties": {"authorization_url": {"type": "string"}},
                                "required": ["authorization_url"],
                            }
                        }
                    },
                },
                **_refusals(401, 403, 404, 422, 429, 503),
            },
        }
    },
    sign_in.CALLBACK: {
        "get": {
            "operationId": CompleteSignIn.method(),
            "tags": [_SIGN_IN],
            "summary": "Complete sign in",
            "description": "Where the provider sends the browser back to. The browser must be the one that began.",
            "security": [],
            "parameters": [_parameter("provider", "path"), _parameter("code", "query"), _parameter("state", "query")],
            "responses": {
                "200": {
                    "description": "The tokens of a new session, or the new link.",
                    "content": {"application/json": {"schema": _SIGNED_IN}},
                },
                **_refusals(400, 401, 404, 409, 422, 429, 503),
            },
        }
    },
}
