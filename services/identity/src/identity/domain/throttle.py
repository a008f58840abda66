"""How many attempts are allowed in a quarter of an hour, and against which budget one counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from contracts.errors import HoldsFor
from identity.domain.account import email_key

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Budget:
    """`key` says whose attempts are counted together; `holds_for`, whom else a refusal concerns that any of them gets."""

    key: str
    limit: int
    holds_for: HoldsFor | None = None


def of_strangers(email: str) -> Budget:
    """Whoever tries an account from a device it does not know (NIST SP 800-63B, 5.2.2: at most 100 failures in a row)."""
    return Budget(f"account {email_key(email)}", 10, HoldsFor.ACCOUNT)


def of_device(device_id: str) -> Budget:
    """A device that logged in to this account before: strangers' attempts do not lock it out (OWASP: device cookies)."""
    return Budget(f"device {device_id}", 10, HoldsFor.ACCOUNT)


def of_address(address: str, limit: int) -> Budget:
    """Everybody at one address (an IPv6 one: one /64), whatever the accounts: what stuffing lists of passwords runs into."""
    return Budget(f"address {address}", limit, HoldsFor.ADDRESS)


def of_sign_ups(address: str, limit: int) -> Budget:
    """New accounts asked for from one address (an IPv6 one: one /64), also those that it did not get."""
    return Budget(f"sign-ups {address}", limit, HoldsFor.ADDRESS)


def of_resets(email: str) -> Budget:
    """Mails that strangers can have sent to an address: the form must not become a mail cannon. Each purpose has a budget of its own: who
    used up that of another would keep the owner from resetting the password.
    """
    return Budget(f"resets {email_key(email)}", 3)


def of_address_changes(email: str) -> Budget:
    """Mails to an address that somebody says is their new one."""
    return Budget(f"address changes {email_key(email)}", 3)


def of_invitations(email: str) -> Budget:
    """Invitations to an address, whoever sends them and however."""
    return Budget(f"invitations {email_key(email)}", 3)


def of_session(session_id: str) -> Budget:
    """Proofs asked of one session."""
    return Budget(f"session {session_id}", 10)
