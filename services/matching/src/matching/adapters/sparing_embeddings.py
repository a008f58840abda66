"""The model for those who keep others waiting: few of them ask it at once, and nobody while it has just failed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from matching.domain.embedding import Embedding
from matching.usecases.ports import Embeddings, EmbeddingsUnavailable

_AT_ONCE = 4  # of the 32 workers of the process, which answer searches too
_REST_S = 5.0


class SparingEmbeddings:
    """The port Embeddings. Whom it sends away keeps a copy without an embedding, and `embed_anew` mends it."""

    def __init__(self, model: Embeddings, at_once: int = _AT_ONCE, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._model = model
        self._slots = threading.BoundedSemaphore(at_once)
        self._monotonic = monotonic
        self._rests_until = float("-inf")

    @property
    def name(self) -> str:
        return self._model.name

    def embed(self, text: str) -> Embedding:
        """Raises:
        EmbeddingsUnavailable: it is away, was so a few seconds ago, or others ask it.
        EmbeddingRefused.
        """
        if self._monotonic() < self._rests_until or not self._slots.acquire(blocking=False):
            raise EmbeddingsUnavailable(self.name)
        try:
            return self._model.embed(text)
        except EmbeddingsUnavailable:
            self._rests_until = self._monotonic() + _REST_S  # or each event in turn would wait for a vendor who hangs
            raise
        finally:
            self._slots.release()
