"""The sentence model against the figures its authors publish."""

import numpy as np
import pytest

from matching.adapters.minilm import MiniLm
from matching.adapters.neighbourhood import Neighbourhood


@pytest.fixture(scope="module")
def model():
    return MiniLm(lambda work: work())


def vector(model, text):
    return np.frombuffer(model.embed(text).vector, "<f4")


def test_the_published_example(model):
    # https://sbert.net/docs/quickstart.html
    texts = ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    vectors = np.stack([vector(model, text) for text in texts])
    expected = [[1.0, 0.6660, 0.1046], [0.6660, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    np.testing.assert_allclose(vectors @ vectors.T, expected, atol=1e-4)


def test_the_vector_of_a_known_sentence(model):
    known = vector(model, "This is an example sentence")
    assert known.shape == (384,)
    np.testing.assert_allclose(known[:4], [0.0676569, 0.0634959, 0.0487131, 0.0793050], atol=1e-5)


def test_a_long_text_is_cut_and_the_same_text_is_the_same_vector(model):
    long = "pipeline warehouse " * 400
    assert model.embed(long).vector == model.embed(long + "elephant").vector
    assert model.embed("one").fingerprint != model.embed("two").fingerprint


def test_meaning_brings_the_right_ones_near(model):
    near = Neighbourhood(model.name)
    people = {
        "baker": "Baker of bread and wedding cakes",
        "data": "Data engineer who builds ETL jobs and warehouses",
        "lawyer": "Lawyer for contracts and patents",
    }
    for name, text in people.items():
        near.put(name, model.embed(text), ())
    near.put("silent", None, ("sql",))
    wanted = model.embed("Load our sales figures into a database every night")
    found = near.near(wanted, ("SQL",), 1, lambda _: True)
    assert [name for name, _ in found] == ["data", "silent"]
    assert found[1][1] is None
    near.remove("data")
    assert "data" not in dict(near.near(wanted, (), 10, lambda _: True))
    assert [name for name, _ in near.near(wanted, (), 10, lambda name: name == "baker")] == ["baker"]


def test_embeddings_of_another_model_are_not_compared(model):
    near = Neighbourhood("another")
    near.put("data", model.embed("Data engineer"), ("sql",))
    assert near.near(model.embed("Data engineer"), ("sql",), 5, lambda _: True) == [("data", None)]


def test_a_neighbourhood_grows_and_shrinks(model):
    near, texts = Neighbourhood(model.name), ["alpha", "beta", "gamma"]
    embeddings = [model.embed(text) for text in texts]
    for number in range(600):
        near.put(f"m{number}", embeddings[number % 3], ())
    for number in range(0, 600, 2):
        near.remove(f"m{number}")
    found = near.near(embeddings[1], (), 100, lambda _: True)
    assert {int(name[1:]) % 3 for name, _ in found} == {1}
    assert all(int(name[1:]) % 2 == 1 for name, _ in found)
    assert len(found) == 100
