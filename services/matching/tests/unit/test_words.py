"""Words, typing errors, skills, summaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.domain.skills import split
from matching.domain.text import SUMMARY_LENGTH, plain, summary, telling_words, words
from matching.domain.typing_errors import errors_in, errors_in_beginning


def test_words_are_folded():
    assert words("Écoles, C++ / C# & node.js – straße") == ("ecoles", "c++", "c#", "node", "js", "strasse")


def test_small_words_are_left_out_unless_nothing_else_is_there():
    assert telling_words("the design of a logo") == ("design", "logo")
    assert telling_words("to be") == ("to", "be")


def test_html_becomes_text():
    assert plain("<h1>One</h1><p>two&nbsp;&lt;3</p>three<br>four") == "One two <3 three four"


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=600))
def test_a_summary_is_short_and_a_beginning(text):
    short = summary(text)
    assert len(short) <= SUMMARY_LENGTH
    assert text.startswith(short.rstrip("…")) or short == text


@pytest.mark.parametrize(
    ("word", "typed", "errors"),
    [
        ("python", "python", 0),
        ("python", "pyhton", 1),
        ("python", "pythn", 1),
        ("python", "ptyhno", 2),
        ("python", "pytho", 1),
        ("go", "", 2),
    ],
)
def test_errors_in_a_word(word, typed, errors):
    assert errors_in(word, typed) == errors


@given(st.text("abc", max_size=8), st.text("abc", max_size=8))
def test_a_beginning_costs_no_more_than_a_word(word, typed):
    assert errors_in_beginning(word, typed) <= errors_in(word, typed)
    assert errors_in_beginning(word + typed, word) == 0
    assert errors_in(word, typed) == errors_in(typed, word)


def test_skills_have_many_spellings():
    assert split(("JS", "machine learning", "Rust"), ("javascript", "ML")) == (("JS", "machine learning"), ("Rust",))
