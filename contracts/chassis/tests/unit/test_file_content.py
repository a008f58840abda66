"""What an uploaded file really is."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from chassis.files.content import ContentRefused, require_pdf, written_anew

GPS = 0x8825


def photo(**changes: object) -> bytes:
    """A JPEG that knows where it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn it to see it upright
    exif[0x013B] = "Ada Lovelace"
    exif.get_ifd(GPS)[1] = "N"
    output = io.BytesIO()
    Image.new("RGB", (40, 20), "teal").save(output, "JPEG", exif=exif, comment=b"taken at home")
    return output.getvalue() + b"<script>trailing</script>"


def huge(side: int) -> bytes:
    """A PNG of a few bytes that claims an area of side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def test_a_photo_keeps_nothing_but_its_picture() -> None:
    kept = written_anew(photo(), "image/jpeg", 512)
    for secret in (b"Ada", b"home", b"script", b"Exif", b"EXIF"):
        assert secret not in kept.data
    with Image.open(io.BytesIO(kept.data)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("WEBP", (20, 40), {})


def test_text_in_a_png_goes_and_transparency_stays() -> None:
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Ada")
    output = io.BytesIO()
    Image.new("RGBA", (1000, 10), (0, 0, 0, 0)).save(output, "PNG", pnginfo=told)
    kept = written_anew(output.getvalue(), "image/png", 100)
    assert b"Ada" not in kept.data
    with Image.open(io.BytesIO(kept.data)) as picture:
        assert (picture.mode, picture.size) == ("RGBA", (100, 1))


@pytest.mark.parametrize("side", [7_000, 20_000, 60_000])
def test_a_small_file_that_claims_a_huge_picture_is_refused(side: int) -> None:
    with pytest.raises(ContentRefused):
        written_anew(huge(side), "image/png", 512)


def test_an_image_of_another_type_than_announced_is_refused() -> None:
    with pytest.raises(ContentRefused):
        written_anew(photo(), "image/png", 512)
    with pytest.raises(ContentRefused):
        written_anew(photo(), "image/svg+xml", 512)


def test_moving_images_are_refused() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    output = io.BytesIO()
    frames[0].save(output, "WEBP", save_all=True, append_images=frames[1:])
    with pytest.raises(ContentRefused):
        written_anew(output.getvalue(), "image/webp", 512)


@pytest.mark.parametrize(
    "data",
    [b"", b"%PDF-1.4 no end", b" %PDF-1.4\n%%EOF", b"<html>%%EOF", b"%!PS\n%%EOF"],
    ids=["empty", "cut", "late", "html", "postscript"],
)
def test_what_only_looks_like_a_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(ContentRefused):
        require_pdf(data)
