"""What people decided of values that gold does not have and the page does: kept apart from all runs.

A decision changes no score. Where gold lacks a value, gold is what is to be changed.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from hyllm.errors import UsageError
from hyllm.evals._making import write_text

Decision = Literal["right", "wrong", "unsure"]
"""`right`: gold lacks it, or either can be held. `wrong`: gold is right to lack it."""
_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_KEPT = ("key", "page", "kind", "name", "row", "predicted")

Json = dict[str, Any]


def decisions_file(home: Path) -> Path:
    """Where the decisions of the suites beside `suites.toml` are kept."""
    return home / "decisions.jsonl"


def read_decisions(path: Path) -> dict[str, Json]:
    """The decisions by key; none where there is no file.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    found: dict[str, Json] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row: Json = json.loads(line)
            key, decision = row["key"], row["decision"]
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path}:{number}: must be an object with key and decision") from error
        if decision not in _DECISIONS:
            raise UsageError(f"{path}:{number}: decision must be one of {', '.join(_DECISIONS)}")
        found[key] = row
    return found


def keep_decision(path: Path, value: Mapping[str, Any], decision: Decision, note: str = "") -> None:
    """Writes one decision into the file, in place of an earlier one on the same value.

    Args:
        path: the file.
        value: a line of a run's `adjudicate.jsonl`.
        decision: what was decided.
        note: why.
    """
    known = read_decisions(path)
    kept = {name: value[name] for name in _KEPT}
    known[value["key"]] = kept | {
        "decision": decision,
        "note": note,
        "decided": date.today().isoformat(),
    }
    rows = sorted(known.values(), key=lambda row: (row["page"], row["kind"], row["key"]))
    write_text(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))


def with_decisions(values: Sequence[Json], known: Mapping[str, Json]) -> list[Json]:
    """Lines of `adjudicate.jsonl`, each with what was decided of it, or `None`."""
    return [
        {
            **value,
            "decision": known.get(value["key"], {}).get("decision"),
            "note": known.get(value["key"], {}).get("note", ""),
        }
        for value in values
    ]
