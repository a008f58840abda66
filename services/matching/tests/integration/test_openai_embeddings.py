"""OpenAI's SDK against a server that answers as theirs does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from matching.adapters.openai_embeddings import OpenAiEmbeddings
from matching.usecases.ports import EmbeddingsUnavailable


@pytest.fixture
def openai() -> Iterator[Any]:
    class Handler(BaseHTTPRequestHandler):
        asked: list[Any] = []  # noqa: RUF012 - one a test
        status = 200

        def do_POST(self) -> None:
            self.asked.append((self.path, self.headers["Authorization"], json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            vector = {"object": "embedding", "index": 0, "embedding": [3.0, 4.0]}
            usage = {"prompt_tokens": 1, "total_tokens": 1}
            body = json.dumps({"object": "list", "data": [vector], "model": "text-embedding-3-small", "usage": usage}).encode()
            self.send_response(self.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    Handler.base = f"http://127.0.0.1:{server.server_address[1]}/v1"
    yield Handler
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
