"""Recomputes the proof of an escrow offline, with nothing but Python: `python -m payments.verify_proof FILE`.

It shares no code with the service, so that an error there cannot hide itself here.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
OUTSIDE = ("payer", "promotion")
PAID_TO = ("pending", "available")


class ProofBroken(Exception):
    """The proof contradicts itself; the message says where."""


def verify(proof: dict[str, Any]) -> dict[str, int]:
    """The sums of the escrow as its journals tell them: funded, held, released, refunded, fees.

    Raises:
        ProofBroken: a journal was changed, left out, put in or moved, or the sums are not those of the journals.
    """
    try:
        _check_chain(proof)
        sums = _sums(proof)
    except (KeyError, TypeError, ValueError) as error:
        raise ProofBroken(f"it is not a proof: {error!r}") from error
    for name, amount in sums.items():
        if proof.get(name) != amount:
            raise ProofBroken(f"{name} is said to be {proof.get(name)}, the journals say {amount}")
    if sums["funded"] != sums["held"] + sums["released"] + sums["refunded"] + sums["fees"]:
        raise ProofBroken("funded is not held + released + refunded + fees")
    return sums


def _check_chain(proof: dict[str, Any]) -> None:
    previous = GENESIS
    for number, journal in enumerate(proof["journals"], start=1):
        if journal["number"] != number:
            raise ProofBroken(f"journal {number} is missing or out of place")
        if journal["previous_hash"] != previous:
            raise ProofBroken(f"journal {number} does not follow the one before it")
        if hashlib.sha256(_canonical(proof["escrow_id"], journal).encode()).hexdigest() != journal["hash"]:
            raise ProofBroken(f"journal {number} was changed: its hash is another one")
        previous = journal["hash"]
    if proof["last_hash"] != previous:
        raise ProofBroken("journals are missing at the end")


def _canonical(book: str, journal: dict[str, Any]) -> str:
    entry = {
        "at": journal["at"],
        "book": book,
        "key": journal["key"],
        "moves": [{"amount": move["amount"], "from": move["source"], "to": move["destination"]} for move in journal["moves"]],
        "number": journal["number"],
        "previous": journal["previous_hash"],
    }
    return json.dumps(entry, sort_keys=True, separators=(",", ":"))


def _sums(proof: dict[str, Any]) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    currencies = {proof["currency"]}
    for journal in proof["journals"]:
        for move in journal["moves"]:
            (source, _, taken), (destination, _, given) = (move[end].split(":") for end in ("source", "destination"))
            currencies |= {taken, given}
            amount = int(move["amount"])
            if amount <= 0:
                raise ProofBroken(f"journal {journal['number']} moves {amount}")
            _count(sums, source, destination, amount)
    if len(currencies) > 1:
        raise ProofBroken(f"it mixes {sorted(currencies)}")
    return {name: sums[name] for name in ("funded", "held", "released", "refunded", "fees")}


def _count(sums: defaultdict[str, int], source: str, destination: str, amount: int) -> None:
    """One move, as it changes the escrow's sums."""
    if source == "held":
        sums["held"] -= amount
        sums["refunded"] += amount * (destination in OUTSIDE)
        sums["released"] += amount * (destination in PAID_TO)
        sums["fees"] += amount * (destination == "fees")
    if destination == "held":
        sums["held"] += amount
        sums["funded"] += amount * (source in OUTSIDE)
        sums["released"] -= amount * (source in PAID_TO)
        sums["fees"] -= amount * (source == "fees")


def main(arguments: list[str]) -> int:
    """0 where the proof holds, 1 where it does not, 2 where there is none."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m payments.verify_proof FILE" + "\n")
        return 2
    try:
        proof = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
        sums = verify(proof)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot read a proof: {error}" + "\n")
        return 2
    except ProofBroken as broken:
        sys.stdout.write(f"BROKEN: {broken}\n")
        return 1
    told = ", ".join(f"{name} {amount}" for name, amount in sums.items())
    sys.stdout.write(f"OK: {proof['escrow_id']}: {len(proof['journals'])} journals, {told} (minor units of {proof['currency']})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
