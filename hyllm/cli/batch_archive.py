"""How `hyllm batch run` looks through an archive: as it did the last time, where no option says otherwise."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from hyllm.archive import Metadata, PageReader
from hyllm.batch import Store, enqueue, look_at
from hyllm.cli.configured import was_typed
from hyllm.errors import UsageError
from hyllm.escaping import printable

_OPTIONS = {
    "paper": "--paper",
    "issue_date": "--issue-date",
    "page_no": "--page-no",
    "city": "--city",
    "table": "--metadata",
    "name_pattern": "--name-pattern",
    "encoding": "--encoding",
    "force": "--force",
}
"""What says how pages are read, by its parameter's name."""
_MEMORY = "archives"
_LISTED = 5


def look_through(store: Store, paths: Sequence[str], options: dict[str, Any]) -> None:
    """Takes the archive into a store, and says what it holds.

    Raises:
        UsageError: there are no pages, or what says how they are read fits none.
    """
    context = click.get_current_context()
    typed = [option for name, option in _OPTIONS.items() if was_typed(context, name)]
    if paths:
        said = _said_now(options)
        if not typed:
            said = _said_before(store, paths) | said
        reader = _reader(said)
        look = enqueue(store, [_brought(path) for path in paths], reader, told=_counting())
        _check_rows(store, reader)
        _remember(store, paths, said)
    else:
        if typed:
            raise UsageError(f"{', '.join(typed)}: give PATHS, too, which are looked through so")
        look = look_at(store.connection)
        if not look.pages:
            raise UsageError("the store has no pages yet: give a folder")
    for line in look.lines():
        click.echo(printable(line), err=True)


def _said_now(options: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of how pages are read: only what is."""
    said = {name: options[name] for name in _OPTIONS if options[name]}
    if table := said.get("table"):
        said["table"] = str(Path(table).absolute())
    return said


def _said_before(store: Store, paths: Sequence[str]) -> dict[str, Any]:
    """What was said when these paths were last looked through."""
    memory = _memory(store)
    found = [memory.get(_name(path), {}) for path in paths]
    if any(one != found[0] for one in found):
        raise UsageError(
            "these were looked through with different options before: give one at a time, or say for all "
            f"how they are read ({', '.join(_OPTIONS.values())})"
        )
    said = found[0]
    if said:
        words = " ".join(f"{_OPTIONS[name]}{'' if one is True else f' {one}'}" for name, one in said.items())
        click.echo(printable(f"read as the last time: {words}"), err=True)
    if (table := said.get("table")) and not Path(table).is_file():
        raise UsageError(f"{table}: was the --metadata of this archive, and is not there: give it anew")
    return said


def _remember(store: Store, paths: Sequence[str], said: Mapping[str, Any]) -> None:
    memory = _memory(store)
    memory |= {_name(path): said for path in paths}
    store.set_meta(_MEMORY, json.dumps(memory, ensure_ascii=False))


def _memory(store: Store) -> dict[str, Any]:
    """What was said of each path that was looked through."""
    return json.loads(store.meta(_MEMORY) or "{}")


def _name(path: str) -> str:
    """A path wherever the command is given from; a URL without what may be secret in it."""
    if "://" not in path:
        return str(Path(path).absolute())
    from hyllm.cluster import shown_place

    return shown_place(path)


def _reader(said: Mapping[str, Any]) -> PageReader:
    table = said.get("table")
    return PageReader(
        given=Metadata(said.get("paper"), said.get("issue_date"), said.get("page_no"), said.get("city")),
        encoding=said.get("encoding"),
        name_pattern=said.get("name_pattern"),
        table=Path(table) if table else None,
        force=bool(said.get("force")),
    )


def _check_rows(store: Store, reader: PageReader) -> None:
    """Says which rows of the table are of no page; none that is of one is a mistake, as is such a pattern."""
    db = store.connection
    reader.check_fit(page for (page,) in db.execute("SELECT page FROM pages"))
    if reader.table is None:
        return
    sql = "SELECT 1 FROM pages WHERE page = ?"
    missing = [page for page in reader.table_pages if not db.execute(sql, (page,)).fetchone()]
    if missing:
        some = ", ".join(missing[:_LISTED]) + ", …" * (len(missing) > _LISTED)
        rows = f"{len(missing):,} of {len(reader.table_pages):,} rows"
        click.echo(printable(f"{reader.table.name}: {rows} are of no page: {some}"), err=True)


def _brought(path: str) -> str | Path:
    """A path of this machine: what lies in object storage is copied here."""
    if "://" not in path:
        return path
    from hyllm.cluster import bring_here

    return bring_here(path, lambda said: click.echo(printable(said), err=True))


def _counting() -> Callable[[int], None]:
    last = time.monotonic()

    def told(seen: int) -> None:
        nonlocal last
        if time.monotonic() - last > 5:
            last = time.monotonic()
            click.echo(f"looking through the archive: {seen:,} pages", err=True)

    return told
