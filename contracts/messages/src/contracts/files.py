"""Files that travel in an answer: small ones, made on demand, such as a PDF of one document."""

from __future__ import annotations

import base64
from typing import Annotated, Self

from pydantic import StringConstraints

from contracts.base import View

MAX_FILE_BYTES = 1_000_000  # larger ones do not belong in a message: they go through object storage


class FileView(View):
    """A file of at most a megabyte; clients get its bytes, with its name and media type in the headers."""

    filename: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
    media_type: Annotated[str, StringConstraints(pattern=r"^[\w.+-]+/[\w.+-]+$")]
    content_base64: Annotated[str, StringConstraints(max_length=(MAX_FILE_BYTES + 2) // 3 * 4)]

    @classmethod
    def of(cls, filename: str, media_type: str, content: bytes) -> Self:
        """Raises:
        pydantic.ValidationError: it is too large.
        """
        return cls(filename=filename, media_type=media_type, content_base64=base64.b64encode(content).decode())

    @property
    def content(self) -> bytes:
        return base64.b64decode(self.content_base64)
