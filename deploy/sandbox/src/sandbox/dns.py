"""A name server over HTTPS that says what one told it (the JSON of https://developers.cloudflare.com/1.1.1.1/encryption/dns-over-https/)."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

_TEXT, _NO_SUCH_NAME = 16, 3


@dataclass
class NameServer:
    """TXT records alone; they live in memory."""

    records: dict[str, list[str]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/dns-query", self.query), web.post("/_sandbox/dns", self.tell)]

    async def query(self, request: web.Request) -> web.Response:
        name = request.query.get("name", "").rstrip(".").lower()
        if name not in self.records:
            return web.json_response({"Status": _NO_SUCH_NAME})
        found = [{"name": name, "type": _TEXT, "TTL": 60, "data": f'"{text}"'} for text in self.records[name]]
        return web.json_response({"Status": 0, "Answer": found if request.query.get("type") == "TXT" else []})

    async def tell(self, request: web.Request) -> web.Response:
        """`{"name": …, "text": …}`: one more record of this name."""
        told = await request.json()
        if not isinstance(told, dict) or not all(isinstance(told.get(part), str) for part in ("name", "text")):
            return web.json_response({"error": "give name and text"}, status=400)
        self.records.setdefault(told["name"].rstrip(".").lower(), []).append(told["text"])
        return web.Response(status=204)
