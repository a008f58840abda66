"""Transfers to connected accounts and their reversals: https://docs.stripe.com/api/transfers, /connect/separate-charges-and-transfers."""

from sandbox.storage import Json
from sandbox.stripe import charges, ledger
from sandbox.stripe.errors import StripeError, missing
from sandbox.stripe.listing import page
from sandbox.stripe.params import Params
from sandbox.stripe.session import Session, new_id


def create(session: Session, params: Params) -> Json:
    """POST /v1/transfers"""
    currency = params.currency()
    destination = _destination(session, params.text("destination", required=True))
    source_id = params.text("source_transaction")
    charge = session.get("charge", source_id, param="source_transaction") if source_id else None
    amount = params.integer("amount", minimum=1)
    if amount is None and charge is None:
        raise StripeError("Missing required param: amount.", code="parameter_missing", param="amount")
    available_on = session.now()
    if charge is None:
        amount = amount or 0
        ledger.demand(session, amount, currency)
    else:
        left = _transferable(session, charge, currency)
        amount = amount or left
        if amount > left:
            raise StripeError(
                f"The amount of the transfers that use the charge {charge['id']} as source_transaction must not exceed its amount: {left} are left.",
                code="balance_insufficient",
                param="amount",
            )
        available_on = session.get("balance_transaction", charge["balance_transaction"])["available_on"]
    group = params.text("transfer_group")
    transfer_id = f"tr_1{new_id('', 23)[1:]}"
    transfer: Json = {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": session.now(),
        "currency": currency,
        "description": params.text("description"),
        "destination": destination["id"],
        "destination_payment": None,
        "livemode": False,
        "metadata": params.metadata(),
        "reversals": {"object": "list", "data": [], "has_more": False, "total_count": 0, "url": f"/v1/transfers/{transfer_id}/reversals"},
        "reversed": False,
        "source_transaction": source_id,
        "source_type": params.text("source_type", choices=("bank_account", "card", "fpx")) or "card",
        "transfer_group": group or (charge["transfer_group"] if charge else None),
    }
    transfer["balance_transaction"] = ledger.post(session, "transfer", -amount, currency, transfer_id, available_on=available_on)["id"]
    transfer["destination_payment"] = charges.from_transfer(session.on_behalf_of(destination["id"]), transfer, available_on)["id"]
    session.insert(transfer)
    session.emit("transfer.created", transfer)
    return transfer


def retrieve(session: Session, params: Params, transfer_id: str) -> Json:
    """GET /v1/transfers/{id}"""
    return session.get("transfer", transfer_id)


def update(session: Session, params: Params, transfer_id: str) -> Json:
    """POST /v1/transfers/{id}"""
    transfer = session.get("transfer", transfer_id)
    transfer["metadata"] = params.metadata(transfer["metadata"])
    if "description" in params:
        transfer["description"] = params.text("description")
    session.save(transfer)
    session.emit("transfer.updated", transfer)
    return transfer


def reverse(session: Session, params: Params, transfer_id: str) -> Json:
    """POST /v1/transfers/{id}/reversals"""
    transfer = session.get("transfer", transfer_id)
    left = transfer["amount"] - transfer["amount_reversed"]
    if left == 0:
        raise StripeError(f"Transfer {transfer_id} is already fully reversed.", code="transfer_reversal_failed")
    amount = params.integer("amount", minimum=1) or left
    if amount > left:
        raise StripeError(f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left})", param="amount")
    params.ignore("refund_application_fee")
    theirs = session.on_behalf_of(transfer["destination"])
    ledger.demand(theirs, amount, transfer["currency"])
    refund_id = f"pyr_1{new_id('', 23)[1:]}"
    ledger.post(theirs, "payment_refund", -amount, transfer["currency"], refund_id)
    reversal: Json = {
        "id": f"trr_1{new_id('', 23)[1:]}",
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": session.now(),
        "currency": transfer["currency"],
        "destination_payment_refund": refund_id,
        "metadata": params.metadata(),
        "source_refund": None,
        "transfer": transfer_id,
    }
    params.ignore("description")
    reversal["balance_transaction"] = ledger.post(session, "transfer_refund", amount, transfer["currency"], reversal["id"])["id"]
    session.insert(reversal)
    previous = {"amount_reversed": transfer["amount_reversed"], "reversed": False}
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    reversals = transfer["reversals"]
    reversals |= {"data": [reversal, *reversals["data"]][:10], "total_count": reversals["total_count"] + 1}
    session.save(transfer)
    session.emit("transfer.reversed", transfer, previous)
    return reversal


def list_reversals(session: Session, params: Params, transfer_id: str) -> Json:
    """GET /v1/transfers/{id}/reversals"""
    session.get("transfer", transfer_id)
    return page(session, params, "transfer_reversal", f"/v1/transfers/{transfer_id}/reversals", {"transfer": transfer_id}, by_date=False)


def retrieve_reversal(session: Session, params: Params, transfer_id: str, reversal_id: str) -> Json:
    """GET /v1/transfers/{id}/reversals/{id}"""
    reversal = session.get("transfer_reversal", reversal_id)
    if reversal["transfer"] != transfer_id:
        raise missing("transfer_reversal", reversal_id)
    return reversal


def _destination(session: Session, account_id: str) -> Json:
    account = session.storage.get("account", None, account_id)
    if account is None:
        raise missing("destination", account_id, param="destination", status=400)
    if account["capabilities"].get("transfers") != "active":
        raise StripeError(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
        )
    return account


def _transferable(session: Session, charge: Json, currency: str) -> int:
    """What is left of a charge to transfer: its captured amount less the transfers made of it (a reversal frees nothing)."""
    if charge["balance_transaction"] is None:
        raise StripeError("The charge used as source_transaction must be captured and successful.", param="source_transaction")
    if charge["currency"] != currency:
        message = f"The currency of source_transaction's balance transaction ({charge['currency']}) must be the same as the transfer currency ({currency})"
        raise StripeError(message, param="currency")
    made = session.storage.find("transfer", session.account, {"source_transaction": charge["id"]})
    left: int = charge["amount_captured"] - sum(transfer["amount"] for transfer in made)
    return left
