"""`hyllm.toml`: what a folder says of model, prompts, parameters and providers.

The file may have come with somebody else's archive. So it holds no key, names no variable that holds one
and no code, and everything it says is checked by the tables below.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from hyllm.client import PROVIDERS, UNKNOWN, Provider, check_address
from hyllm.errors import UsageError
from hyllm.prompting import BODY_KEYS, WIRES
from hyllm.strategies import STRATEGIES

FILE = "hyllm.toml"
_SECRET = re.compile(
    r"(?:^|[_-])(?:api_?)?key(?:_|$)|secret|password|authorization|bearer|header|^token$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the file says."""

    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Options by the names their parameters have."""
    providers: Mapping[str, Provider] = field(default_factory=dict[str, Provider])
    """Providers of one's own; what a row does not say is as in the built-in row of that name."""


def read_configuration(path: Path) -> Configuration:
    """What the file says; nothing if there is none.

    Raises:
        UsageError: it is no TOML, or says something it may not. The message names the place, never a value.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Configuration()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no TOML in UTF-8: {_without_value(error)}") from None
    rows = tree.pop("providers", {})
    if not isinstance(rows, dict):
        raise UsageError(f"{path}: providers must be tables, [providers.NAME]")
    _check(tree, _SETTINGS, str(path))
    named = cast("dict[str, Any]", rows)
    return Configuration(
        tree, {name: _row(name, row, f"{path}: providers.{name}") for name, row in named.items()}
    )


def _without_value(error: ValueError) -> str:
    """Where a TOML error is, without the words it quotes."""
    place = re.search(r"at line \d+, column \d+|at end of document", str(error))
    return place[0] if place else type(error).__name__


def _row(name: str, row: object, where: str) -> Provider:
    if not isinstance(row, dict):
        raise UsageError(f"{where} must be a table")
    said = cast("dict[str, Any]", row)
    _check(said, _ROW, where)
    as_python = {key: _AS_PYTHON[key](value) if key in _AS_PYTHON else value for key, value in said.items()}
    return replace(PROVIDERS.get(name, UNKNOWN), **as_python)


_AS_PYTHON: Mapping[str, Callable[[Any], Any]] = {
    "temperature": lambda value: None if value == "none" else value,
    "tried": str,
    "obeys": frozenset,
}


def _check(said: Mapping[str, Any], allowed: Mapping[str, "_Rule"], where: str) -> None:
    for name, value in said.items():
        if name not in allowed:
            if _SECRET.search(name):
                raise UsageError(f"{where}: {name}: keys have no place in a file; set HYLLM_API_KEY instead")
            raise UsageError(f"{where}: {name} is not known here; known: {', '.join(allowed)}")
        holds, must = allowed[name]
        if not holds(value):
            raise UsageError(f"{where}: {name} must be {must}")


_Rule = tuple[Callable[[Any], bool], str]
"""What a value must satisfy, and that in words."""


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_count(value: Any) -> bool:
    return _is_number(value) and isinstance(value, int)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_address(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        check_address(value)
    except UsageError:
        return False
    return True


def _are_kinds(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(v) and ":" not in v for v in cast("list[Any]", value))


def _is_temperature(value: Any) -> bool:
    return value == "none" or (isinstance(value, int | float) and not isinstance(value, bool) and value >= 0)


def _is_extra(value: Any) -> bool:
    """Whether these keys may stand in a request: none that hyllm writes itself, none that holds a secret."""
    if not isinstance(value, dict):
        return False
    names = cast("dict[str, Any]", value).keys()
    return BODY_KEYS.isdisjoint(names) and not any(_SECRET.search(name) for name in names)


_ADDRESS: _Rule = (
    _is_address,
    "an address such as http://127.0.0.1:8080/v1, without user, password, ? and #",
)
_FLAG: _Rule = (_is_flag, "true or false")
_WIRE: _Rule = (lambda value: value in WIRES, f"one of {', '.join(WIRES)}")

_SETTINGS: Mapping[str, _Rule] = {
    "model": (_is_text, "a model's name, such as openai/gpt-5-mini"),
    "base_url": _ADDRESS,
    "kinds": (_are_kinds, "a list of built-in kinds; a class of your own is named on the command line"),
    "prompts": (_is_text, "a folder"),
    "strategy": (lambda value: value in STRATEGIES, f"one of {', '.join(STRATEGIES)}"),
    "wire": _WIRE,
    "max_tokens": (_is_count, "a whole number above 0"),
    "timeout": (_is_number, "a number of seconds above 0"),
    "concurrency": (_is_count, "a whole number above 0"),
    "local_only": _FLAG,
    "ask_again": _FLAG,
}
_ROW: Mapping[str, _Rule] = {
    "base_url": _ADDRESS,
    "wire": _WIRE,
    "obeys": (lambda value: isinstance(value, list) and all(v in WIRES for v in value), "a list of wires"),  # pyright: ignore
    "strict": _FLAG,
    "temperature": (_is_temperature, 'a number, or "none" for models that take no temperature'),
    "max_tokens_key": (
        lambda value: value in ("max_tokens", "max_completion_tokens"),
        "max_tokens or max_completion_tokens",
    ),
    "usage": _FLAG,
    "cached_tokens": _FLAG,
    "tried": (lambda value: isinstance(value, str | date), "a date, YYYY-MM-DD"),
    "extra": (
        _is_extra,
        f"a table of further keys of a request; not {', '.join(sorted(BODY_KEYS))}, no headers or keys",
    ),
}
