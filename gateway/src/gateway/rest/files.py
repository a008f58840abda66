"""Files: how they are answered, and in which language they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aiohttp import web

from contracts.files import FileView
from contracts.payments.document_views import Locale

LOCALE = "locale"  # the field of a request for a file that says its language
_RANGE = re.compile(r"([a-zA-Z]{1,8}|\*)(?:-[a-zA-Z0-9]{1,8})*(?:\s*;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?")
_MOST_RANGES = 30


def response(file: FileView) -> web.Response:
    """To be saved under its name: never shown in our origin, guessed at, or kept by anybody on the way."""
    charset = "utf-8" if file.media_type.startswith("text/") else None
    return web.Response(
        body=file.content,
        content_type=file.media_type,
        charset=charset,
        headers={
            "Content-Disposition": f'attachment; filename="{file.filename}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
            "Vary": "Authorization, Accept-Language",
        },
    )


def language(accept_language: Iterable[str]) -> str | None:
    """The language of Accept-Language (RFC 9110, 12.5.4) that files are made in and that is liked best; None when none is."""
    liked: list[tuple[float, int, str]] = []
    for place, wanted in enumerate(",".join(accept_language).split(",")[:_MOST_RANGES]):
        found = _RANGE.fullmatch(wanted.strip())
        if found and (name := found[1].lower()) in set(Locale) and (quality := float(found[2] or 1)) > 0:
            liked.append((-quality, place, name))
    return min(liked)[2] if liked else None
