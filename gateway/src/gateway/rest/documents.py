"""What documents this gateway: made and compressed once for a process, limited as every read."""

from __future__ import annotations

import functools
import gzip
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

import orjson
from aiohttp import web

from gateway.rest import conditional, openapi, page
from gateway.rest.admission import Admission
from gateway.rest.routes import Auth
from gateway.rest.table import ROUTES
from gateway.settings import RateClass

_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0{0,3})?\s*")


@dataclass(frozen=True, slots=True)
class Document:
    """`tag` names what it says, however that is sent: it goes out as a weak one (RFC 9110, 8.8.1)."""

    path: str
    content_type: str
    body: bytes
    gzipped: bytes
    tag: str
    headers: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, path: str, content_type: str, body: bytes, *headers: tuple[str, str]) -> Document:
        packed = gzip.compress(body, mtime=0)
        return cls(path, content_type, body, packed, f'"{hashlib.sha256(body).hexdigest()[:32]}"', headers)


@functools.cache
def documents() -> tuple[Document, ...]:
    """All of them: the same for every application of a process."""
    document = openapi.document(ROUTES)
    return (
        Document.of("/openapi.json", "application/json", orjson.dumps(document)),
        Document.of("/asyncapi.json", "application/json", orjson.dumps(openapi.asyncapi())),
        Document.of("/docs", "text/html", page.render(document).encode(), ("Content-Security-Policy", page.POLICY)),
    )


@dataclass(frozen=True, slots=True)
class Library:
    """Hands them out."""

    admission: Admission

    def add_to(self, app: web.Application) -> None:
        for document in documents():
            app.router.add_get(document.path, functools.partial(self._show, document))

    async def _show(self, document: Document, request: web.Request) -> web.Response:
        await self.admission.admit(request, Auth.NONE, RateClass.READ)
        # all of it also with 304: what a cache keeps takes these headers over (RFC 9111, 3.2)
        headers = {
            "Cache-Control": "public, max-age=300",
            "ETag": f"W/{document.tag}",
            "Vary": "Accept-Encoding",
            **dict(document.headers),
        }
        if conditional.unchanged(request.headers.get("If-None-Match"), document.tag):
            return web.Response(status=304, headers=headers)
        body = document.body
        if takes_gzip(request.headers.getall("Accept-Encoding", ())):
            headers["Content-Encoding"], body = "gzip", document.gzipped
        return web.Response(body=body, content_type=document.content_type, charset="utf-8", headers=headers)


def takes_gzip(accept_encoding: Iterable[str]) -> bool:
    """Whether Accept-Encoding (RFC 9110, 12.5.3) names gzip as something that is taken."""
    for wanted in ",".join(accept_encoding).split(","):
        coding, _, quality = wanted.partition(";")
        if coding.strip().lower() == "gzip":
            return not _REFUSED.fullmatch(quality)
    return False
