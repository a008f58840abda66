"""Embedding a text before a transaction opens: it is slow, and needless while the text stays the same."""

from __future__ import annotations

from matching.domain.embedding import Embedding, fingerprint
from matching.usecases.ports import Embeddings


def embedded(embeddings: Embeddings, text: str, known: Embedding | None) -> Embedding | None:
    """The embedding of a text, or the known one when it is of this text; None for no text."""
    if not text:
        return None
    if known is not None and known.fingerprint == fingerprint(embeddings.name, text):
        return known
    return embeddings.embed(text)
