"""OpenAPI of the routes outside the table: Stripe's webhook, and the steps of a login elsewhere that are a browser's."""

from __future__ import annotations

from typing import Any

from contracts.identity.authentication import CompleteSignIn, StartLink, StartSignIn
from contracts.payments.commands import ReceiveStripeWebhook
from gateway.rest import sign_in, stripe_webhook


def _refusals(*statuses: int) -> dict[str, Any]:
    return {str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in statuses}


def _parameter(name: str, place: str) -> dict[str, Any]:
    return {"name": name, "in": place, "required": True, "schema": {"type": "string"}}


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
            "responses": {"204": {"description": "Taken."}, **_refusals(400, 413, 422, 429, 503)},
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
            "description": "Begin to link a provider to one's account: open the address of the answer in the same browser.",
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
