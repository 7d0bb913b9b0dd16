"""The record kinds hyllm knows, and how a name on the command line finds one."""

import importlib
import sys
from collections.abc import Iterable

from hyllm.errors import UsageError
from hyllm.schemas import Kind, Meeting, Official, Project, Record

KINDS: dict[str, type[Record]] = {record.hyllm.name: record for record in (Project, Meeting, Official)}
"""The built-in kinds by their singular names, in the order in which answers and predictions list them."""


def find_kinds(names: Iterable[str]) -> tuple[type[Record], ...]:
    """The record classes that `names` name; all built-in ones if there are none.

    Raises:
        UsageError: a name is no built-in kind and no `module:Class` that is a record class.
    """
    found = tuple(dict.fromkeys(find_kind(name) for name in names))
    return found or tuple(KINDS.values())


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
    except (ImportError, AttributeError) as error:
        raise UsageError(f"kind {name!r} cannot be loaded: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Record)):
        raise UsageError(f"kind {name!r} is no subclass of hyllm.schemas.Record")
    if not isinstance(getattr(found, "hyllm", None), Kind):
        raise UsageError(f"{class_name} does not say what kind it is: give it hyllm = Kind(name=…, plural=…)")
    return found


def kind_name(record: type[Record]) -> str:
    """The name by which `find_kind` finds a record class."""
    builtin = KINDS.get(record.hyllm.name) is record
    return record.hyllm.name if builtin else f"{record.__module__}:{record.__qualname__}"
