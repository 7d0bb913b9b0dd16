"""Bytes to text: by byte order mark, then strict UTF-8, then what looks most like Chinese."""

import codecs
from collections.abc import Iterator
from typing import NamedTuple

from hyllm.archive._familiar import familiar_share
from hyllm.errors import UsageError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ("gb18030", "cp950", "big5hkscs", "utf-8", "utf-16-le", "utf-16-be")
"""Without a mark. Of equally good ones the first is taken: cp950 is the Big5 of most files."""
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "utf-8": "utf-8-sig"}
"""Files called GB2312 hold GBK as a rule, and a byte order mark is no text."""
_SAMPLE = 20_000
"""Characters that are looked at to tell encodings apart."""
_WORST = 0.2
"""A text less familiar than this is in none of these encodings."""
_DAMAGED = "\ufffd"
_NO_TEXT = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"PK\x03\x04", "a zip or office file"),
    (b"\xd0\xcf\x11\xe0", "an office file"),
)
"""What files begin with that are often taken for text."""


class Decoded(NamedTuple):
    """A text, and how it was read."""

    text: str
    """Without a byte order mark, line ends as in the bytes; U+FFFD where bytes could not be read."""
    encoding: str
    """Python's name of the encoding: utf-8, gb18030, cp950 (Big5), utf-16."""


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of `data`.

    Args:
        data: a text file's bytes.
        encoding: the encoding, where it is known; else it is told from the bytes.

    Returns:
        The text, with U+FFFD for every place whose bytes could not be read: it is not for nothing that
        `Page.damaged` counts them. Bytes that fit no encoding at all are read as UTF-8.

    Raises:
        UsageError: Python knows no text encoding of that name.
    """
    if encoding is not None:
        return _read(data, known_encoding(encoding))
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _read(data, name)
    return _strict_utf8(data) or _best(data)


def no_text(data: bytes) -> str | None:
    """What a file is that holds no text to read: a PDF."""
    return next((kind for start, kind in _NO_TEXT if data.startswith(start)), None)


def known_encoding(name: str) -> str:
    """Python's name of a text encoding; GB2312 and GBK are read as GB18030, which holds both.

    Raises:
        UsageError: there is none of that name.
    """
    try:
        found = codecs.lookup(name).name
        b"--".decode(found, "replace")  # raises for base64 and its like
    except (LookupError, ValueError) as error:
        raise UsageError(f"unknown encoding {name!r}; try utf-8, gb18030, big5 or utf-16") from error
    return _WIDER.get(found, found)


def _read(data: bytes, encoding: str) -> Decoded:
    return Decoded(data.decode(encoding, "replace"), encoding)


def _strict_utf8(data: bytes) -> Decoded | None:
    """The text, if it is UTF-8; NUL bytes are valid there, but they are half of UTF-16."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else Decoded(text, "utf-8")


def _best(data: bytes) -> Decoded:
    """The reading that looks most like Chinese; UTF-8 where none does."""
    scored = [(_score(reading.text), -place, reading) for place, reading in enumerate(_readings(data))]
    score, _, best = max(scored)
    return best if score >= _WORST else _read(data, "utf-8")


def _readings(data: bytes) -> Iterator[Decoded]:
    return (_read(data, encoding) for encoding in _CANDIDATES)


def _score(text: str) -> float:
    """How likely this is the text meant: familiar, and whole. NUL stands in no text."""
    sample = text[:_SAMPLE]
    if "\0" in sample:
        return 0.0
    foreign = sum(not character.isascii() for character in sample)
    return familiar_share(sample) - sample.count(_DAMAGED) / max(foreign, 1)
