"""Embeddings by OpenAI's API: https://platform.openai.com/docs/guides/embeddings."""

from __future__ import annotations

import numpy as np
from openai import OpenAI

from matching.domain.embedding import Embedding

_MAX_CHARACTERS = 16_000  # below the 8,192 tokens that the models take, in any script that has a word for it
_TIMEOUT_S = 10.0


class OpenAiEmbeddings:
    """The port Embeddings."""

    def __init__(self, api_key: str, base_url: str | None, model: str) -> None:
        self.name = model
        self._client = OpenAI(api_key=api_key, base_url=base_url, timeout=_TIMEOUT_S, max_retries=2)

    def embed(self, text: str) -> Embedding:
        """Raises:
        openai.OpenAIError: no answer; the event that asked is tried again later.
        """
        answer = self._client.embeddings.create(model=self.name, input=text[:_MAX_CHARACTERS], encoding_format="float")
        vector = np.array(answer.data[0].embedding, np.float64)
        unit = (vector / np.linalg.norm(vector)).astype("<f4")
        return Embedding.of(self.name, text, unit.tobytes())
