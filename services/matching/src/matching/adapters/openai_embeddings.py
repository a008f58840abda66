"""Embeddings by OpenAI's API: https://platform.openai.com/docs/guides/embeddings."""

from __future__ import annotations

from http import HTTPStatus

import numpy as np
import structlog
from openai import APIStatusError, OpenAI, OpenAIError
from openai.types import CreateEmbeddingResponse

from matching.domain.embedding import Embedding
from matching.usecases.ports import EmbeddingRefused, EmbeddingsUnavailable

log = structlog.get_logger(__name__)

_MAX_CHARACTERS = 16_000  # below the 8,192 tokens that the models take, where words are of letters
_ALWAYS_SHORT_ENOUGH = 2_000  # characters: no script takes more than three or four tokens for one
_TOO_LONG = {  # OpenAI says the first; servers that speak like it (`openai_api_base`) the others
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
}
_TIMEOUT_S, _RETRIES = 10.0, 2
_TIMEOUT_IN_HASTE_S = 3.0


class OpenAiEmbeddings:
    """The port Embeddings. `in_haste`: for those who keep others waiting, one short attempt."""

    def __init__(self, api_key: str, base_url: str | None, model: str, *, in_haste: bool = False) -> None:
        self.name = model
        timeout_s, retries = (_TIMEOUT_IN_HASTE_S, 0) if in_haste else (_TIMEOUT_S, _RETRIES)
        self._client = OpenAI(api_key=api_key, base_url=base_url, timeout=timeout_s, max_retries=retries)

    def embed(self, text: str) -> Embedding:
        """Of a text that is too long, by its beginning.

        Raises:
            EmbeddingsUnavailable: OpenAI did not answer, or refused us.
            EmbeddingRefused: it refused the text, however short.
        """
        try:
            answer = self._answer(text[:_MAX_CHARACTERS])
        except OpenAIError as error:
            log.warning("embedding_failed", model=self.name, error=type(error).__name__)
            raise (EmbeddingRefused if _refused(error) else EmbeddingsUnavailable)(self.name) from error
        vector = np.array(answer.data[0].embedding, np.float64)
        unit = (vector / np.linalg.norm(vector)).astype("<f4")
        return Embedding.of(self.name, text, unit.tobytes())

    def _answer(self, text: str) -> CreateEmbeddingResponse:
        """What takes many tokens (Chinese, base64) is refused for its length, which only the vendor knows: half of it may do."""
        while True:
            try:
                return self._client.embeddings.create(model=self.name, input=text, encoding_format="float")
            except APIStatusError as error:
                if not _refused(error) or len(text) <= _ALWAYS_SHORT_ENOUGH:
                    raise
                text = text[: len(text) // 2]


def _refused(error: OpenAIError) -> bool:
    return isinstance(error, APIStatusError) and error.status_code in _TOO_LONG
