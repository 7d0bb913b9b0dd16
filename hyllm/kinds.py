"""The record kinds hyllm knows, and how a name on the command line finds one."""

import importlib
import sys
from collections.abc import Iterable
from typing import Annotated, Any, get_origin

from hyllm.errors import UsageError
from hyllm.schemas import Date, Kind, Meeting, Official, Project, Record, annotation_of, reading_model

KINDS: dict[str, type[Record]] = {record.hyllm.name: record for record in (Project, Meeting, Official)}
"""The built-in kinds by their singular names, in the order in which answers and predictions list them."""

_RESERVED = frozenset(
    "format status page text_sha256 paper city issue_date page_no extra "
    "grounding problems unclaimed links usage provenance".split()
)
"""The other keys of a prediction line."""


def find_kinds(names: Iterable[str]) -> tuple[type[Record], ...]:
    """The record classes that `names` name; all built-in ones if there are none.

    Raises:
        UsageError: a name is no built-in kind and no `module:Class` that is a record class.
    """
    found = tuple(dict.fromkeys(find_kind(name) for name in names))
    if len({record.hyllm.plural for record in found}) < len(found):
        raise UsageError("two kinds have the same plural")
    return found or tuple(KINDS.values())


def find_named_kinds(names: Iterable[str], named: Iterable[str], whence: str) -> tuple[type[Record], ...]:
    """The record classes that a recording or a store names, which may be somebody else's.

    Args:
        names: what it names.
        named: what the user has named: only then the code of a kind of one's own is run.
        whence: what names them, for the message.

    Raises:
        UsageError: it names a kind of one's own that the user has not, or one that cannot be used.
    """
    names, allowed = tuple(names), set(named)
    own = [name for name in names if ":" in name and name not in allowed]
    if own:
        raise UsageError(f"{whence} asks for a kind of one's own: repeat --kind {' --kind '.join(own)}")
    return find_kinds(names)


def find_kind(name: str) -> type[Record]:
    """The record class of one built-in kind, or of `module:Class`."""
    if name in KINDS:
        return KINDS[name]
    if ":" not in name:
        raise UsageError(f"unknown kind {name!r}. Built in: {', '.join(KINDS)}; your own as module:Class")
    module_name, _, class_name = name.partition(":")
    if "" not in sys.path:
        sys.path.append("")  # the working folder, last, so that nothing in it hides a library
    try:
        found = getattr(importlib.import_module(module_name), class_name)
    except Exception as error:  # whatever a user's module raises as it is loaded
        raise UsageError(f"kind {name!r} cannot be loaded: {error!r}") from error
    if not (isinstance(found, type) and issubclass(found, Record)):
        raise UsageError(f"kind {name!r} is no subclass of hyllm.schemas.Record")
    _check(found)
    return found


def _check(record: type[Record]) -> None:
    """Refuses a record class that would fail once an answer is paid for."""
    name, kind = record.__name__, getattr(record, "hyllm", None)
    if not isinstance(kind, Kind):
        example = "hyllm = Kind(name=…, plural=…, identity=(…,), prompts=…)"
        raise UsageError(f"{name} does not say what kind it is: give it {example}")
    asked = reading_model(record).model_fields
    unknown = [field for field in kind.identity if field not in asked]
    if unknown or not kind.identity:
        raise UsageError(f"{name}: identity must name fields that are asked for; {unknown or 'it is empty'}")
    if kind.plural in _RESERVED or not kind.plural.isidentifier():
        raise UsageError(f"{name}: the plural {kind.plural!r} cannot be a key of its own in a prediction")
    for field, info in record.model_fields.items():
        if field in asked and _may_fail(annotation_of(info)):
            raise UsageError(f"{name}.{field} must be optional (| None): its words may have no value")


def _may_fail(annotation: Any) -> bool:
    """Whether a field that must be filled holds what words may not give: a date, a number."""
    return annotation is Date or get_origin(annotation) is Annotated


def kind_name(record: type[Record]) -> str:
    """The name by which `find_kind` finds a record class."""
    builtin = KINDS.get(record.hyllm.name) is record
    return record.hyllm.name if builtin else f"{record.__module__}:{record.__qualname__}"
