"""A model that is slow or away keeps few of those waiting who keep others waiting."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from matching_fakes import FakeEmbeddings

from matching.adapters.sparing_embeddings import SparingEmbeddings
from matching.usecases.ports import EmbeddingRefused, EmbeddingsUnavailable


class SlowEmbeddings(FakeEmbeddings):
    """Answers when it is let."""

    def __init__(self, at_once):
        super().__init__()
        self.all_inside = threading.Barrier(at_once + 1)
        self.let = threading.Event()

    def embed(self, text):
        if not self.let.is_set():
            self.all_inside.wait(5)
            assert self.let.wait(5)
        return super().embed(text)


def test_beyond_a_few_at_once_nobody_waits():
    model = SlowEmbeddings(4)
    sparing = SparingEmbeddings(model)
    with ThreadPoolExecutor(4) as pool:
        inside = [pool.submit(sparing.embed, f"text {number}") for number in range(4)]
        model.all_inside.wait(5)
        with pytest.raises(EmbeddingsUnavailable):
            sparing.embed("one too many")
        model.let.set()
        assert [answer.result().model for answer in inside] == ["fake"] * 4
    assert sparing.embed("afterwards").model == "fake"


def test_a_model_that_failed_is_left_alone_for_some_seconds():
    model, now = FakeEmbeddings(), [100.0]
    sparing = SparingEmbeddings(model, monotonic=lambda: now[0])
    model.away = True
    with pytest.raises(EmbeddingsUnavailable):
        sparing.embed("text")
    model.away = False
    with pytest.raises(EmbeddingsUnavailable):
        sparing.embed("text")
    assert model.asked == []
    now[0] += 5
    assert sparing.embed("text").model == sparing.name == "fake"


def test_a_text_that_is_refused_says_nothing_of_others():
    model = FakeEmbeddings()
    model.refuses = {"refused"}
    sparing = SparingEmbeddings(model, at_once=1)
    for _ in range(2):
        with pytest.raises(EmbeddingRefused):
            sparing.embed("refused")
    assert sparing.embed("text").model == "fake"
