"""What API keys and partners' programs may be allowed to do: reading or writing in an area, and what nobody but a person may do.

What is not named here is out of their reach: a new service has to be given an area first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, StringConstraints

from contracts.base import Query, Request

AREAS: Mapping[str, str] = {
    "identity": "profile",
    "organisations": "organisations",
    "challenges": "challenges",
    "applications": "challenges",
    "submissions": "challenges",
    "reviews": "challenges",
    "payments": "payments",
    "subscriptions": "subscriptions",
    "messaging": "messaging",
    "matching": "matching",
    "notifications": "notifications",
}
SCOPES = tuple(f"{area}:{access}" for area in dict.fromkeys(AREAS.values()) for access in ("read", "write"))

# In these areas, yet for people alone: ways in, ways out for money, and who has what to say in an organisation
# (inviting is not named: identity lets keys and programs invite members, and nobody who would have more to say).
IN_PERSON = frozenset(
    {
        "payments.request_payout",
        "payments.open_payout_account",
        "payments.add_payment_method",
        "payments.set_default_payment_method",
        "payments.remove_payment_method",
        "payments.settle_refund",
        "subscriptions.start_subscription",
        "subscriptions.change_plan",
        "subscriptions.resume_subscription",
        "subscriptions.set_subscription_payment_method",
        "organisations.create_organisation",
        "organisations.accept_invitation",
        "organisations.leave_organisation",
        "organisations.change_member_role",
        "organisations.remove_member",
        "organisations.claim_domain",
        "organisations.release_domain",
        "organisations.set_sso",
        "organisations.remove_sso",
        "organisations.set_support_tier",
    }
)

# What a program may ask that speaks for an organisation and for no person.
FOR_MACHINES = frozenset(
    {
        "challenges.get_challenge",
        "challenges.list_challenges",
        "reviews.list_reviews",
        "matching.search_challenges",
        "matching.autocomplete_challenges",
        "subscriptions.list_plans",
        "subscriptions.list_subscriptions",
        "subscriptions.get_subscription",
        "subscriptions.list_bills",
        "subscriptions.get_entitlements",
        "organisations.get_organisation",
        "organisations.list_members",
        "organisations.list_invitations",
        "organisations.invite_member",
        "organisations.resend_invitation",
        "organisations.revoke_invitation",
        "organisations.start_bulk_invite",
        "organisations.get_bulk_invite",
        "organisations.list_bulk_invite_rows",
    }
)
MACHINE_SCOPES = frozenset({"challenges:read", "matching:read", "organisations:read", "organisations:write", "subscriptions:read"})


def name_of(request: type[Request[Any]]) -> str:
    return f"{request.service}.{request.method()}"


def needed(request: type[Request[Any]]) -> str | None:
    """The scope that lets a key or a program ask this; None where none does."""
    area = AREAS.get(request.service)
    if area is None or name_of(request) in IN_PERSON:
        return None
    return f"{area}:{'read' if issubclass(request, Query) else 'write'}"


def _known(scope: str) -> str:
    if scope not in SCOPES:
        raise ValueError(f"is none of {', '.join(SCOPES)}")
    return scope


Scope = Annotated[str, StringConstraints(max_length=40), AfterValidator(_known)]
