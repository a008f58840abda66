"""OpenAI's SDK against a server that answers as theirs does."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from matching.adapters import openai_embeddings
from matching.adapters.openai_embeddings import OpenAiEmbeddings
from matching.usecases.ports import EmbeddingRefused, EmbeddingsUnavailable


@pytest.fixture
def openai() -> Iterator[Any]:
    class Handler(BaseHTTPRequestHandler):
        asked: list[Any] = []  # noqa: RUF012 - one a test
        status = 200
        longest = 16_000  # characters; of more than these it says what OpenAI says of more than 8,192 tokens
        too_long = 400
        answering = threading.Event()

        def do_POST(self) -> None:
            self.asked.append((self.path, self.headers["Authorization"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.answering.wait(10)
            status = self.too_long if len(self.asked[-1][2]["input"]) > self.longest else self.status
            vector = {"object": "embedding", "index": 0, "embedding": [3.0, 4.0]}
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            body = json.dumps({"object": "list", "data": [vector], "model": "text-embedding-3-small", "usage": usage}).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    Handler.answering.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Handler.base = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield Handler
    Handler.answering.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_text_becomes_a_unit_vector(openai: Any) -> None:
    model = OpenAiEmbeddings("sk-test", openai.base, "text-embedding-3-small")
    embedding = model.embed("word " * 10_000)
    assert embedding.model == "text-embedding-3-small"
    np.testing.assert_allclose(np.frombuffer(embedding.vector, "<f4"), [0.6, 0.8], rtol=1e-6)
    ((path, key, body),) = openai.asked
    assert (path, key, body["model"], len(body["input"])) == ("/v1/embeddings", "Bearer sk-test", "text-embedding-3-small", 16_000)


def test_a_refusal_is_told_in_our_words(openai: Any) -> None:
    openai.status = 401
    with pytest.raises(EmbeddingsUnavailable):
        OpenAiEmbeddings("sk-test", openai.base, "text-embedding-3-small").embed("text")


@pytest.mark.parametrize("status", [400, 413, 422])
def test_of_a_text_with_too_many_tokens_the_beginning_counts(openai: Any, status: int) -> None:
    openai.longest, openai.too_long = 5_000, status
    text = "\u6570\u636e" * 10_000
    embedding = OpenAiEmbeddings("sk-test", openai.base, "text-embedding-3-small").embed(text)
    assert embedding.stands_for(text, "text-embedding-3-small")
    assert [len(body["input"]) for _, _, body in openai.asked] == [16_000, 8_000, 4_000]


def test_a_text_that_is_refused_however_short_is_told_from_being_away(openai: Any) -> None:
    openai.longest = 0
    with pytest.raises(EmbeddingRefused):
        OpenAiEmbeddings("sk-test", openai.base, "text-embedding-3-small").embed("word " * 10_000)
    assert len(openai.asked[-1][2]["input"]) == 2_000


@pytest.mark.parametrize("status", [401, 429, 500])
def test_in_haste_it_is_asked_once(openai: Any, status: int) -> None:
    openai.status = status
    with pytest.raises(EmbeddingsUnavailable):
        OpenAiEmbeddings("sk-test", openai.base, "text-embedding-3-small", in_haste=True).embed("text")
    assert len(openai.asked) == 1


def test_in_haste_nobody_waits_long_for_one_who_hangs(openai: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openai_embeddings, "_TIMEOUT_IN_HASTE_S", 0.2)
    openai.answering.clear()
    began = time.monotonic()
    with pytest.raises(EmbeddingsUnavailable):
        OpenAiEmbeddings("sk-test", openai.base, "text-embedding-3-small", in_haste=True).embed("text")
    assert time.monotonic() - began < 5
    assert len(openai.asked) == 1
