"""Where words stand in a text as they are, both in match form."""

from collections.abc import Iterator

from hyllm.text._numbers import cuts_number


def occurrences(text: str, words: str, begin: int = 0, stop: int | None = None) -> Iterator[tuple[int, int]]:
    """Every place of `words` in `text[begin:stop]` that cuts no number, in printed order.

    Places do not overlap: so the time a text takes does not grow with the length of the words.
    """
    return (span for span in all_occurrences(text, words, begin, stop) if not cuts_number(text, *span))


def all_occurrences(
    text: str, words: str, begin: int = 0, stop: int | None = None
) -> Iterator[tuple[int, int]]:
    """The same, with those that begin or end inside a number."""
    place = text.find(words, begin, stop)
    while place >= 0:
        end = place + len(words)
        yield place, end
        place = text.find(words, end, stop)
