"""Embeddings by OpenAI's API: https://platform.openai.com/docs/guides/embeddings."""

from __future__ import annotations

import numpy as np
import structlog
from openai import OpenAI, OpenAIError

from matching.domain.embedding import Embedding
from matching.usecases.ports import EmbeddingsUnavailable

log = structlog.get_logger(__name__)

_MAX_CHARACTERS = 16_000  # below the 8,192 tokens that the models take, in any script that has a word for it
_TIMEOUT_S = 10.0


class OpenAiEmbeddings:
    """The port Embeddings."""

    def __init__(self, api_key: str, base_url: str | None, model: str) -> None:
        self.name = model
        self._client = OpenAI(api_key=api_key, base_url=base_url, timeout=_TIMEOUT_S, max_retries=2)

    def embed(self, text: str) -> Embedding:
        """Raises:
        EmbeddingsUnavailable: OpenAI did not answer, or refused.
        """
        try:
            answer = self._client.embeddings.create(model=self.name, input=text[:_MAX_CHARACTERS], encoding_format="float")
        except OpenAIError as error:
            log.warning("embedding_failed", model=self.name, error=type(error).__name__)
            raise EmbeddingsUnavailable(self.name) from error
        vector = np.array(answer.data[0].embedding, np.float64)
        unit = (vector / np.linalg.norm(vector)).astype("<f4")
        return Embedding.of(self.name, text, unit.tobytes())
