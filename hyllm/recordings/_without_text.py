"""Recordings without their page's text, so that answers about pages under copyright can be published.

The request holds the page's SHA-256 in place of its text. Of the answer, every string found in the page is
`{"$span": [start, end]}`, with `"edits"` where the model's words differ from the slice by blanks or widths.
Whoever holds the page gets both back, character by character.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, cast

from hyllm.errors import RecordingError
from hyllm.prompting import request_key, show_page
from hyllm.recordings._format import Interaction
from hyllm.text import MatchView, fold, split_units

MOST_HAN = 20
"""As many Han characters of the page in a row are its text, wherever they stand."""
_FEWEST_HAN = 2
"""A piece of a longer string is left where it is unless it has as many."""
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(f"[{_HAN}]{{{MOST_HAN},}}")
_ONE_HAN = re.compile(f"[{_HAN}]")
_FOREIGN = re.compile("[^\x00-\x7f]|\\d")
"""What a string of the page has: an English word is nobody's text."""
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_STYLES: Mapping[str, Mapping[str, Any]] = {
    "compact": {"ensure_ascii": False, "separators": (",", ":")},
    "spaced": {"ensure_ascii": False},
    "indent 1": {"ensure_ascii": False, "indent": 1},
    "indent 2": {"ensure_ascii": False, "indent": 2},
    "indent 4": {"ensure_ascii": False, "indent": 4},
    "ascii": {},
}
"""How a model writes JSON. What it writes otherwise is kept as text, in pieces."""


class PageText:
    """A page's text, to be taken out of recordings and put back."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        self.shown = show_page(text, split_units(text))
        self._view = MatchView(text)

    def without(self, one: Interaction) -> Interaction:
        """The interaction without this page's text, to be written.

        Raises:
            RecordingError: some of the text would be left in it.
        """
        key = one.recorded_key or request_key(one.request)
        bare = replace(one, request=self._stripped(one.request), answer=self._answer(one), recorded_key=key)
        self._check((bare.request, bare.answer))
        if self.restored(bare) != replace(one, recorded_key=key):
            raise RecordingError("without its page's text this answer could not be replayed as it came")
        return bare

    def restored(self, bare: Interaction) -> Interaction:
        """The interaction with this page's text again. Of another page, only the answer's own words.

        Raises:
            RecordingError: it points outside the page, or at it in another form than `without` has.
        """
        if sha256_of(bare) != self.sha256:
            return bare
        return replace(bare, request=self._filled(bare.request), answer=self._filled(bare.answer))

    def _answer(self, one: Interaction) -> Any:
        if isinstance(one.answer, str):
            return self._string(one.answer)
        return self._stripped(one.answer)

    def _stripped(self, tree: Any) -> Any:
        if isinstance(tree, str):
            return self._string(tree)
        if isinstance(tree, list):
            return [self._stripped(item) for item in cast("list[Any]", tree)]
        if not isinstance(tree, dict):
            return tree
        found = cast("dict[str, Any]", tree)
        if any(key.startswith("$") for key in found):
            raise RecordingError("has a key that begins with $, which stands for the page's text here")
        return {key: self._stripped(value) for key, value in found.items()}

    def _string(self, text: str) -> Any:
        if text == self.shown:
            return {"$page": self.sha256}
        if not _FOREIGN.search(text):
            return text
        return self._span(text) or self._json(text) or self._pieces(text)

    def _span(self, text: str) -> dict[str, Any] | None:
        """Where the whole string stands in the page."""
        words = fold(text)
        at = self._view.text.find(words) if words else -1
        return self._at(at, len(words), text) if at >= 0 else None

    def _at(self, at: int, length: int, text: str) -> dict[str, Any]:
        start, end = self._view.span(at, at + length)
        printed = self.text[start:end]
        if printed == text:
            return {"$span": [start, end]}
        steps = SequenceMatcher(None, printed, text, autojunk=False).get_opcodes()
        edits = [[i, j, text[a:b]] for tag, i, j, a, b in steps if tag != "equal"]
        return {"$span": [start, end], "edits": edits}

    def _json(self, text: str) -> dict[str, Any] | None:
        """The JSON in a string as a tree, if the very string can be written from it again."""
        try:
            tree: Any = json.loads(text)
            if not isinstance(tree, dict | list):
                return None
            style = next((name for name, way in _STYLES.items() if json.dumps(tree, **way) == text), None)
            return {"$json": self._stripped(tree), "style": style} if style else None
        except (ValueError, RecursionError, RecordingError):
            return None

    def _pieces(self, text: str) -> Any:
        """A string some of which stands in the page, cut where it begins and ends to do so."""
        view = MatchView(text)
        pieces: list[Any] = []
        done = place = 0
        while place < len(view.text):
            at, length = self._longest(view.text, place)
            start, end = view.span(place, place + length) if length else (done, done)
            if start >= done and len(_ONE_HAN.findall(text[start:end])) >= _FEWEST_HAN:
                pieces += [text[done:start], self._at(at, length, text[start:end])]
                done, place = end, place + length
            else:
                place += 1
        pieces.append(text[done:])
        return {"$pieces": [piece for piece in pieces if piece != ""]} if len(pieces) > 1 else text

    def _longest(self, words: str, place: int) -> tuple[int, int]:
        """Where the page has the longest run of folded `words` that begins at `place`, and how long it is."""
        at, length = -1, 0
        while place + length < len(words):
            found = self._view.text.find(words[place : place + length + 1], max(at, 0))
            if found < 0:
                break
            at, length = found, length + 1
        return at, length

    def _check(self, tree: Any) -> None:
        for text in _strings(tree):
            plain = fold(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text))
            for run in _HAN_RUN.findall(plain):
                if any(run[i : i + MOST_HAN] in self._view.text for i in range(len(run) - MOST_HAN + 1)):
                    raise RecordingError(
                        f"{MOST_HAN} and more characters of the page's text would stand in its recording: "
                        f"{run[:MOST_HAN]}…"
                    )

    def _filled(self, tree: Any) -> Any:
        if isinstance(tree, list):
            return [self._filled(item) for item in cast("list[Any]", tree)]
        if not isinstance(tree, dict):
            return tree
        found = cast("dict[str, Any]", tree)
        for mark, fill in _FILLS.items():
            if mark in found:
                return fill(self, found)
        return {key: self._filled(value) for key, value in found.items()}

    def _filled_page(self, _found: Mapping[str, Any]) -> str:
        return self.shown

    def _filled_span(self, found: Mapping[str, Any]) -> str:
        start, end = found["$span"]
        if not 0 <= start <= end <= len(self.text):
            raise RecordingError(f"points at [{start}, {end}) of a page of {len(self.text)} characters")
        printed = self.text[start:end]
        for first, last, text in reversed(found.get("edits", [])):
            printed = printed[:first] + text + printed[last:]
        return printed

    def _filled_json(self, found: Mapping[str, Any]) -> str:
        return json.dumps(self._filled(found["$json"]), **_STYLES[found["style"]])

    def _filled_pieces(self, found: Mapping[str, Any]) -> str:
        return "".join(map(self._filled, found["$pieces"]))


_FILLS = {
    "$page": PageText._filled_page,  # pyright: ignore[reportPrivateUsage]
    "$span": PageText._filled_span,  # pyright: ignore[reportPrivateUsage]
    "$json": PageText._filled_json,  # pyright: ignore[reportPrivateUsage]
    "$pieces": PageText._filled_pieces,  # pyright: ignore[reportPrivateUsage]
}


def sha256_of(bare: Interaction) -> str | None:
    """The hash of the page whose text an interaction was recorded without; `None` if it has its text."""
    for message in bare.request.get("messages") or ():
        content = message.get("content")
        if isinstance(content, dict) and "$page" in content:
            return str(cast("dict[str, Any]", content)["$page"])
    return None


def _strings(tree: Any) -> Iterator[str]:
    """Every string of a tree, keys too."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for key, value in cast("dict[str, Any]", tree).items():
            yield key
            yield from _strings(value)
    elif isinstance(tree, list | tuple):
        for item in cast("list[Any]", tree):
            yield from _strings(item)
