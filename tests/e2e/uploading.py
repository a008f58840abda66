"""How a client uploads a file: it asks where to, sends the file there, and says that it is done."""

from __future__ import annotations

from typing import Any

import aiohttp

from local_platform.market.client import Person


def document(marker: str) -> bytes:
    return f"%PDF-1.4\n% {marker}\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n".encode()


async def upload(person: Person, purpose: str, media_type: str, data: bytes, name: str) -> dict[str, Any]:
    body = {"purpose": purpose, "media_type": media_type, "size_bytes": len(data), "name": name}
    begun = (await person.post("/v1/me/uploads", body, expect=201)).body
    form = aiohttp.FormData()
    for field, value in begun["fields"].items():
        form.add_field(field, value)
    form.add_field("file", data, filename="file", content_type=media_type)
    async with person.market.http.post(begun["url"], data=form) as answer:
        assert answer.status == 204, await answer.text()
    return dict((await person.post(f"/v1/me/uploads/{begun['id']}/complete", expect=200)).body)
