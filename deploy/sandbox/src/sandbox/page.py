"""The page at `/`: the mail, texts, payments and webhooks the sandbox has seen, newest first."""

import html
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.storage import Json
from sandbox.stripe.api import StripeApi

_SHOWN = 50
_STYLE = """body{font:15px/1.5 system-ui;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1d2430}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #d8dde6}
h2{margin-top:2.5rem}pre{white-space:pre-wrap;margin:.3rem 0}code{font-size:13px}nav a{margin-right:1rem}"""
_ZERO_DECIMAL = ("jpy", "krw", "clp", "vnd")


@dataclass(frozen=True)
class Page:
    api: StripeApi

    async def show(self, request: web.Request) -> web.Response:
        storage = self.api.storage
        mail = [[row["received_at"], row["to"], row["subject"], _folded(row)] for row in storage.messages("mail")]
        texts = [[row["date_created"], row["to"], row["body"]] for row in storage.messages("sms")]
        parts = [
            _table("Mail", ["received", "to", "subject", "body"], mail),
            _table("Texts", ["sent", "to", "text"], texts),
            _table("Payments", ["id", "amount", "status", "card", "charge"], [_payment(row) for row in self._all("payment_intent")]),
            _table("Transfers", ["id", "amount", "to", "of charge"], [_transfer(row) for row in self._all("transfer")]),
            _table("Refunds", ["id", "amount", "status", "of charge"], [_refund(row) for row in self._all("refund")]),
            _table("Payouts", ["id", "amount", "status", "failure"], [_payout(row) for row in self._all("payout")]),
            _table("Webhooks", ["event", "type", "state", "attempts", "last answer"], self._webhooks()),
        ]
        links = " ".join(
            f'<a href="#{name}">{name}</a>' for name in ("Mail", "Texts", "Payments", "Transfers", "Refunds", "Payouts", "Webhooks")
        )
        now = self.api.clock.now().isoformat(sep=" ", timespec="seconds")
        body = (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>OpenChance sandbox</title>'
            f"<style>{_STYLE}</style><h1>OpenChance sandbox</h1><p>What the vendors' stand-in has received. No real mail, text or money. Clock: {now}.</p>"
            f"<nav>{links}</nav>{''.join(parts)}</html>"
        )
        return web.Response(text=body, content_type="text/html")

    def _all(self, kind: str) -> list[Json]:
        sql = "SELECT id FROM objects WHERE kind = ? ORDER BY position DESC LIMIT ?"
        found = [self.api.storage.get_any(row["id"]) for row in self.api.storage.execute(sql, kind, _SHOWN)]
        return [row[1] for row in reversed(found) if row is not None]

    def _webhooks(self) -> list[list[Any]]:
        sql = "SELECT d.*, json_extract(o.body, '$.type') AS type FROM deliveries d JOIN objects o ON o.id = d.event_id ORDER BY o.position"
        return [[row["event_id"], row["type"], row["state"], row["attempts"], row["outcome"]] for row in self.api.storage.execute(sql)]


class _Markup(str):
    """Text that is HTML already."""


def _table(title: str, columns: list[str], rows: list[list[Any]]) -> str:
    head = "".join(f"<th>{html.escape(name)}</th>" for name in columns)
    body = "".join("<tr>" + "".join(f"<td>{_cell(value)}</td>" for value in row) + "</tr>" for row in reversed(rows[-_SHOWN:]))
    content = f"<table><tr>{head}</tr>{body}</table>" if rows else "<p>None yet.</p>"
    return f'<h2 id="{title}">{title} ({len(rows)})</h2>{content}'


def _cell(value: Any) -> str:
    return value if isinstance(value, _Markup) else html.escape("" if value is None else str(value))


def _folded(mail: Json) -> _Markup:
    headers = "\n".join(f"{name}: {value}" for name, value in mail["headers"].items())
    text = html.escape(mail["text"] or mail["html"] or "")
    return _Markup(f"<details><summary>read</summary><pre>{html.escape(headers)}</pre><pre>{text}</pre></details>")


def _money(row: Json) -> str:
    digits = 0 if row["currency"] in _ZERO_DECIMAL else 2
    return f"{row['amount'] / 10**digits:,.{digits}f} {row['currency'].upper()}"


def _payment(row: Json) -> list[Any]:
    return [row["id"], _money(row), row["status"], row["payment_method"], row["latest_charge"]]


def _transfer(row: Json) -> list[Any]:
    return [row["id"], _money(row), row["destination"], row["source_transaction"]]


def _refund(row: Json) -> list[Any]:
    return [row["id"], _money(row), row["status"], row["charge"]]


def _payout(row: Json) -> list[Any]:
    return [row["id"], _money(row), row["status"], row["failure_message"]]
