"""What happens at Stripe without a call: payouts move, refunds settle, disputes open, when the sandbox clock gets there."""

from collections.abc import Callable

from sandbox.storage import Json
from sandbox.stripe import disputes, payment_attempt, payment_methods, payouts, refunds
from sandbox.stripe.session import Session


def _open_dispute(session: Session, charge: Json) -> None:
    card = payment_methods.card_of(session.get("payment_method", charge["payment_method"]))
    if card.disputed is not None and not charge["disputed"]:
        disputes.open_dispute(session, charge, card.disputed)


_STEPS: dict[str, Callable[[Session, Json], None]] = {
    "move_payout": payouts.move,
    "settle_refund": refunds.settle,
    "open_dispute": _open_dispute,
    "decide_dispute": disputes.decide,
    "settle_debit": payment_attempt.settle_debit,
}


def run_due(platform: Session) -> int:
    """Take every step that is due, each in its own transaction, and those that become due by it. How many were taken."""
    taken = 0
    while due := platform.storage.execute("SELECT * FROM jobs WHERE due <= ? ORDER BY due, position LIMIT 1", platform.clock.time()):
        job = due[0]
        with platform.storage.transaction():
            platform.storage.execute("DELETE FROM jobs WHERE position = ?", job["position"])
            found = platform.storage.get_any(job["object_id"])
            if found is not None:
                account, body = found
                _STEPS[job["kind"]](platform.on_behalf_of(account), body)
        taken += 1
    return taken
