"""What an uploaded file really is, told by its content; images are decoded within limits and written anew without metadata."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

import puremagic
from PIL import Image, ImageOps, UnidentifiedImageError

from contracts.errors import DomainError, Kind

PDF = "application/pdf"
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
RESULT_TYPE = "image/webp"
_MOST_PIXELS = 25_000_000  # 100 MB once decoded, three times that at the peak: a small file can claim far more (a decompression bomb)


class ContentRefused(DomainError):
    """This file is not what it was announced as, or cannot be taken."""

    kind = Kind.INVALID
    code = "chassis.files.content_refused"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we keep it."""

    data: bytes
    width: int
    height: int


def media_type_of(data: bytes) -> str | None:
    """By the bytes alone, whatever the name and the header say."""
    try:
        return str(puremagic.from_string(data, mime=True)) or None
    except (puremagic.PureError, ValueError):
        return None


def require_pdf(data: bytes) -> bytes:
    """Raises: ContentRefused."""
    if not data.startswith(b"%PDF-") or b"%%EOF" not in data[-2048:] or media_type_of(data) != PDF:
        raise ContentRefused("This is not a PDF document.")
    return data


def written_anew(data: bytes, media_type: str, longest_side: int) -> Picture:
    """The picture alone, upright, at most `longest_side` wide and high, as WebP: no EXIF, place, comment, profile or trailing bytes.

    Raises: ContentRefused.
    """
    format_ = IMAGES.get(media_type)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=[format_] if format_ else []) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    raise ContentRefused("This image has too many pixels.")
                if getattr(opened, "n_frames", 1) > 1:
                    raise ContentRefused("Moving images are not taken.")
                picture = ImageOps.exif_transpose(opened).convert("RGBA" if _see_through(opened) else "RGB")
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        ValueError,
        SyntaxError,
    ) as error:
        raise ContentRefused("This is not an image of the announced type.") from error
    picture.thumbnail((longest_side, longest_side))
    bare = Image.new(picture.mode, picture.size)  # a new one: nothing of what the old one carried comes along
    bare.paste(picture)
    output = io.BytesIO()
    bare.save(output, "WEBP", quality=85)
    return Picture(output.getvalue(), bare.width, bare.height)


def _see_through(image: Image.Image) -> bool:
    return image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
