"""The names of a folder's files, and what is known of each."""

from typing import NamedTuple

from hyllm.export.atomic import is_partial


class Stat(NamedTuple):
    """What is known of a file without opening it."""

    size: int
    """Bytes."""
    changed: int
    """When it changed last: nanoseconds since 1970; 0 where the storage does not say."""


def checked(name: str) -> str:
    """A name, which is a path relative to the folder, with '/' between its parts.

    Raises:
        ValueError: it is none: absolute, empty, with '..', '.' or a backslash in it, or a partial file's.
    """
    if not is_name(name):
        raise ValueError(f"{name!r} is no name of a file in a folder")
    return name


def is_name(name: str) -> bool:
    """Whether `checked` takes it. An object store may have others."""
    parts = name.split("/")
    return not ("\\" in name or any(part in ("", ".", "..") for part in parts) or is_partial(parts[-1]))
