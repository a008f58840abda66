"""What is kept of an uploaded file."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.files.content import PDF, RESULT_TYPE, require_pdf, written_anew
from chassis.native_threads import NativeThreads


@dataclass(frozen=True, slots=True)
class CheckedFiles:
    """The port Checked. Decoding happens beside the event hub, so that other calls go on."""

    threads: NativeThreads

    def __call__(self, data: bytes, media_type: str, longest_side: int) -> tuple[bytes, str]:
        if media_type == PDF:
            return require_pdf(data), PDF
        return self.threads(lambda: written_anew(data, media_type, longest_side)).data, RESULT_TYPE
