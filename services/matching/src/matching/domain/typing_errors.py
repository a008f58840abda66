"""How far a word may be from what was meant: optimal string alignment distance (a swap of neighbours is one error)."""

from __future__ import annotations


def allowed(word: str) -> int:
    """0, 1 or 2 by length, as the field has it (Elasticsearch's fuzziness AUTO): short words differ from each other by a letter or two."""
    if len(word) <= 2:
        return 0
    return 1 if len(word) <= 5 else 2


def errors_in_beginning(word: str, typed: str) -> int:
    """The least number of errors that turn `typed` into some beginning of `word`."""
    return min(_distances(word, typed))


def errors_in(word: str, typed: str) -> int:
    """The least number of errors that turn `typed` into `word`."""
    return _distances(word, typed)[-1]


def _distances(word: str, typed: str) -> list[int]:
    """From `typed` to each beginning of `word`, the shortest first."""
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(typed, start=1):
        above_above, before, row = before, row, [i]
        for j, other in enumerate(word, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and typed[i - 2] == other:
                cost = min(cost, above_above[j - 2] + 1)
            row.append(cost)
    return row


def errors_in_completion(text: tuple[str, ...], typed: tuple[str, ...]) -> int | None:
    """The errors in `typed` if its words, the last one perhaps unfinished, stand side by side in `text`; at most one is forgiven."""
    if not typed:
        return None
    *whole, last = typed
    found: list[int] = []
    for start in range(len(text) - len(typed) + 1):
        errors = sum(errors_in(text[start + place], word) for place, word in enumerate(whole))
        errors += errors_in_beginning(text[start + len(whole)], last)
        found.append(errors)
    best = min(found, default=2)
    return best if best <= min(1, max(allowed(word) for word in typed)) else None
