"""Where payments keeps personal data: what is exported, and what becomes of it when a person is erased."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from pymongo.database import Database

from chassis.crash_points import declare, reached
from chassis.privacy.keeping import ERASED, Kept, MongoKeeper, by
from chassis.retry import NotYet
from contracts.payments.dispute_views import DisputeStatus
from contracts.payments.subscription_views import SubscriptionStatus
from contracts.payments.views import PayoutStatus
from contracts.privacy.views import ObligationView
from payments.domain.errors import ProviderUnavailable
from payments.domain.ledger.accounts import AccountKind
from payments.domain.milestone import BEING_FUNDED, Status
from payments.usecases.ports import ProviderRefused
from payments.usecases.wallet_ports import Wallets

_OVER = [DisputeStatus.DECIDED.value, DisputeStatus.WITHDRAWN.value]
_ENDED = [SubscriptionStatus.CANCELLED.value, SubscriptionStatus.FAILED.value]
_UNDER_WAY = [PayoutStatus.REQUESTED.value, PayoutStatus.IN_TRANSIT.value]
_COMING = [status.value for status in BEING_FUNDED]
_OWED = (AccountKind.OWED, AccountKind.PENDING, AccountKind.AVAILABLE, AccountKind.IN_TRANSIT)
# What a saga keeps for itself.
_INNER = frozenset({"call_key", "driver", "due_at", "round", "attempts", "last_error", "waits_for"})
_TOO_SMALL_TO_PAY_OUT = 100  # minor units: nobody is kept by what is left behind the smallest payout

declare(
    {
        "erasing.evidence_emptied": "what the person wrote in disputes is emptied, Stripe still keeps their cards",
        "erasing.method_detached": "Stripe has forgotten one card or bank account, the others and the customer are there",
        "erasing.customer_deleted": "Stripe has deleted the customer, it is still recorded whose it was",
    }
)


def personal_data(database: Database[dict[str, Any]], wallets: Wallets) -> MongoKeeper:
    """What moved money stays, as the law wants it: by then it names nobody but an id that leads nowhere; documents
    alone keep the names that the law wants on them. Texts are emptied. Stripe's customer goes with its saved methods."""

    def before(user_id: str) -> None:
        """Raises: NotYet, while Stripe does not answer."""
        _empty_evidence(database, user_id)
        reached("erasing.evidence_emptied")
        try:
            _delete_customer(database, wallets, user_id)
        except ProviderUnavailable as error:
            raise NotYet("the payment processor") from error

    return MongoKeeper(
        database,
        [
            Kept("escrows", by("payer_id"), {"action_url": None, "action_client_secret": None}),
            Kept("escrows", by("payee_id"), hidden=frozenset({"action_url", "action_client_secret", "action_expires_at"}), remains=True),
            Kept("sagas", lambda user_id: _refunds(database, user_id), {"order.reason": ERASED}, hidden=_INNER),
            Kept("disputes", by("opened_by"), {"reason": ERASED}),
            Kept("disputes", lambda user_id: {"respondent_id": user_id, "answer": {"$ne": None}}, {"answer": ERASED}),
            Kept("payouts", by("user_id"), remains=True),
            Kept("balances", by("owner"), remains=True),
            Kept("connected_accounts", by("_id"), {"state": {}}),
            Kept("customers", by("_id")),
            Kept("accounting_documents", by("recipient_id"), remains=True),
            Kept("transactions", by("user_id"), remains=True),
            Kept("people", by("_id")),
            Kept("billing_details", by("_id")),
            Kept("subscriptions", by("owner_id"), {"action_url": None, "action_client_secret": None}),
            Kept("bills", by("payer_id"), remains=True),
            Kept("subscribers", by("_id"), remains=True),
            Kept("memberships", by("user_id")),
        ],
        obligations=lambda user_id: _owed(database, user_id),
        before=before,
    )


def _owed(database: Database[dict[str, Any]], user_id: str) -> Sequence[ObligationView]:
    return [
        *_held(database, user_id),
        *(
            ObligationView(kind="open_dispute", subject=row["_id"], detail="A dispute is not decided yet.")
            for row in database.disputes.find({"$or": [{"opened_by": user_id}, {"respondent_id": user_id}], "status": {"$nin": _OVER}})
        ),
        *(
            ObligationView(kind="subscription", subject=row["_id"], detail="A subscription goes on: cancel it first.")
            for row in database.subscriptions.find({"$or": [{"owner_id": user_id}, {"payer_id": user_id}], "status": {"$nin": _ENDED}})
            if not row["cancel_at_period_end"] or row.get("saga_id")
        ),
        *(
            ObligationView(kind="pending_payout", subject=row["_id"], detail="A payout is under way.")
            for row in database.payouts.find({"user_id": user_id, "status": {"$in": _UNDER_WAY}})
        ),
        *(
            ObligationView(kind="balance", subject=row["_id"], detail="There is money that was not paid out.")
            for row in database.balances.find({"owner": user_id})
            if row["_id"].partition(":")[0] in _OWED and abs(row["amount"]) >= _TOO_SMALL_TO_PAY_OUT
        ),
    ]


def _held(database: Database[dict[str, Any]], user_id: str) -> Sequence[ObligationView]:
    """Escrows with money in them or on its way, also on its way in, on either side; and those that a team shares, which may still be
    funded: that somebody is engaged there only the payee's side of a challenge tells.
    """
    sides = [{"payer_id": user_id}, {"payee_id": user_id}, {"team.user_id": user_id}]
    return [
        ObligationView(kind="held_escrow", subject=row["_id"], detail="Money is held in escrow or on its way.")
        for row in database.escrows.find({"$or": sides})
        if any(_has_or_awaits_money(step) for step in row["milestones"]) or (_is_shared_by(row, user_id) and _may_be_funded(row))
    ]


def _has_or_awaits_money(step: dict[str, Any]) -> bool:
    on_its_way = step["moving"] or step.get("hands") or step["status"] in _COMING
    return bool(step["held"] or step["disputed"] or on_its_way)


def _is_shared_by(row: dict[str, Any], user_id: str) -> bool:
    return any(member["user_id"] == user_id for member in row.get("team", ()))


def _may_be_funded(row: dict[str, Any]) -> bool:
    return not row.get("closed") and any(step["status"] == Status.UNFUNDED for step in row["milestones"])


def _delete_customer(database: Database[dict[str, Any]], wallets: Wallets, user_id: str) -> None:
    """Charges stay with Stripe, which keeps them by its own duties: refunds and chargebacks go on without a customer."""
    row = database.customers.find_one({"_id": user_id})
    if row is None:
        return
    customer_id = row["customer_id"]
    for method in wallets.list(customer_id):
        with suppress(ProviderRefused):  # gone meanwhile
            wallets.detach(method.id, key=f"erase:{method.id}")
        reached("erasing.method_detached")
    wallets.delete_customer(customer_id, key=f"erase:{customer_id}")
    reached("erasing.customer_deleted")


def _refunds(database: Database[dict[str, Any]], user_id: str) -> dict[str, Any]:
    """Of escrows of theirs, on either side: why something was refunded is told in somebody's words."""
    sides = {"$or": [{"payer_id": user_id}, {"payee_id": user_id}]}
    return {"order.escrow_id": {"$in": [row["_id"] for row in database.escrows.find(sides, {"_id": True})]}, "kind": "refund"}


def _empty_evidence(database: Database[dict[str, Any]], user_id: str) -> None:
    """In the place where it stands, whatever others write meanwhile. What is not so yet is found out here (as in `keeping.py`)."""
    emptied = {"evidence.$[theirs].title": ERASED, "evidence.$[theirs].text": ERASED}
    for row in database.disputes.find({"evidence.author_id": user_id}):
        if any(one["author_id"] == user_id and (one["title"], one["text"]) != (ERASED, ERASED) for one in row["evidence"]):
            change = {"$set": emptied, "$inc": {"version": 1}}
            database.disputes.update_one({"_id": row["_id"]}, change, array_filters=[{"theirs.author_id": user_id}])
