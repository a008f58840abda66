"""Embedding a text before a transaction opens: it is slow, needless while the text stays the same, and may fail."""

from __future__ import annotations

from matching.domain.embedding import Embedding
from matching.usecases.ports import EmbeddingRefused, Embeddings, EmbeddingsUnavailable


def embedded(embeddings: Embeddings, text: str, known: Embedding | None) -> Embedding | None:
    """The embedding of a text; None for no text.

    While the model is away, or refuses the text, it is the one known before: a copy must not wait for a vendor.
    `embed_anew` mends what can be mended.
    """
    if not text:
        return None
    if known is not None and known.stands_for(text, embeddings.name):
        return known
    try:
        return embeddings.embed(text)
    except (EmbeddingsUnavailable, EmbeddingRefused):
        return known
