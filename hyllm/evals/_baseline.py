"""The blessed run of a suite: as much of it as comparison needs, in one file that is kept with the code."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError
from hyllm.evals._making import write_text
from hyllm.scoring import Run, read_run

_ABOUT = ("suite", "strategy", "model", "recorded", "gold", "scorer", "version", "digests")
_OF_RECORD = ("page", "kind", "outcome", "gold", "predicted", "evidence")
_OF_SLOT = ("row", "verdict", "gold", "predicted", "headline")

Json = dict[str, Any]


def bless(run: Run, path: Path) -> None:
    """Makes a run the one that later runs of its suite are compared with.

    Raises:
        UsageError: it did not have all pages of its suite, or the file cannot be written.
    """
    if not run.about.get("whole"):
        raise UsageError(f"{run.folder}: had not all pages of its suite; a baseline must have them")
    about = {name: run.about.get(name) for name in _ABOUT} | {"run": run.folder.name}
    parts = [
        f'"about": {_line(about)}',
        f'"pages": [\n{_lines(run.pages)}\n]',
        f'"records": [\n{_lines(_wrong(run))}\n]',
    ]
    write_text(path, "{\n" + ",\n".join(parts) + "\n}\n")


def read_baseline(path: Path) -> Run | None:
    """The blessed run in a file; `None` if there is no file.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        tree: Json = json.loads(path.read_text(encoding="utf-8"))
        return Run(path, tree["about"], tree["pages"], tree["records"], only_wrong=True)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: is no baseline that `hyllm eval bless` wrote: {error}") from error


def find_run(home: Path, name: str) -> Path:
    """A run's folder: a path, the name of one of the suites' runs, or `latest`.

    Raises:
        UsageError: there is none.
    """
    if name == "latest":
        runs = sorted((home / "runs").glob("*/run.json"), key=lambda path: path.stat().st_mtime_ns)
        if not runs:
            raise UsageError(f"there is no run in {home / 'runs'} yet: hyllm eval run SUITE makes one")
        return runs[-1].parent
    inside = home / "runs" / name
    return inside if inside.is_dir() and not Path(name).is_dir() else Path(name)


def suite_run(folder: Path) -> Run:
    """A run that `hyllm eval run` wrote.

    Raises:
        UsageError: it is none.
    """
    run = read_run(folder)
    if "suite" not in run.about:
        raise UsageError(f"{folder}: is no run of a suite: hyllm eval run SUITE writes one")
    return run


def _wrong(run: Run) -> list[Json]:
    """The records with a wrong slot, and of those the wrong slots and others of the same value."""
    found: list[Json] = []
    for record in run.records:
        wrong = {(slot["row"], slot["gold"]) for slot in record["slots"] if slot["verdict"] != "cor"}
        slots = [slot for slot in record["slots"] if (slot["row"], slot["gold"]) in wrong]
        if slots and record["gold"] is not None:
            kept: Json = {name: record[name] for name in _OF_RECORD}
            kept["evidence"] = kept["evidence"][:1]
            kept["slots"] = [{name: slot[name] for name in _OF_SLOT if name in slot} for slot in slots]
            found.append(kept)
    return found


def _lines(rows: list[Json]) -> str:
    return ",\n".join(map(_line, rows))


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, sort_keys=True)
