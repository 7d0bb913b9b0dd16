"""Reading an answer file: what it says, and what is wrong with it as the JSON object that was asked for."""

import codecs
from dataclasses import dataclass
from json import JSONDecodeError

from ._wire import parse_json


@dataclass(frozen=True)
class Answer:
    """An answer file as it was found."""

    name: str
    """The file's name."""
    written: float
    """When it was last written, in seconds since 1970."""
    text: str | None
    """What it says, without BOM; None when its encoding cannot be told."""
    problem: str | None
    """Why it is no JSON object, in words for whoever wrote it; None when it is one."""


def read_answer(name: str, raw: bytes, *, written: float) -> Answer:
    """The answer in a file's bytes, judged but never changed beyond removing a BOM."""
    text = _decoded(raw)
    if text is None:
        return Answer(name, written, None, "It is not UTF-8 text. Save it with the encoding UTF-8.")
    return Answer(name, written, text, _problem(text))


def _decoded(raw: bytes) -> str | None:
    # Windows' Notepad and PowerShell write UTF-16; its BOM is never the beginning of UTF-8.
    utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        return None


def _problem(text: str) -> str | None:
    if not text.strip():
        return "It is empty."
    try:
        value = parse_json(text)
    except JSONDecodeError as error:
        return _not_json(text, error)
    except RecursionError:
        return "It is nested too deeply to be read."
    except ValueError as error:
        return f"It is not JSON: {error}."
    if not isinstance(value, dict):
        return "It is JSON, but not an object: it must begin with { and end with }."
    return None


def _not_json(text: str, error: JSONDecodeError) -> str:
    where = f"It is not JSON: {error.msg} at line {error.lineno}, column {error.colno}."
    if text.lstrip().startswith("```"):
        return f"{where} Leave out the lines with ```."
    if not text.lstrip().startswith("{"):
        return f"{where} Leave out whatever stands before the first {{."
    return where
