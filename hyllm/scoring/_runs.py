"""The folder of a run: what is needed to read it, to compare it, and to score it again."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError
from hyllm.schemas import Record
from hyllm.scoring._beside import quotes
from hyllm.scoring._digest import resolved
from hyllm.scoring._fields import rows_of
from hyllm.scoring._grounding import words_of
from hyllm.scoring._intervals import Tally
from hyllm.scoring._pages import ScoredRecord
from hyllm.scoring._score import PageScore, Score
from hyllm.scoring._slots import Slot
from hyllm.scoring._spans import RecordSpans, record_spans
from hyllm.scoring._values import shown
from hyllm.version import __version__

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Run:
    """What comparison needs of a run folder."""

    folder: Path
    about: Json
    """`run.json`."""
    pages: list[Json]
    """`pages.jsonl`."""
    records: list[Json]
    """`records.jsonl`."""
    only_wrong: bool = False
    """Whether `records` holds wrong values alone: what is not there is right."""

    def tallies(self, view: str = "slots") -> dict[str, Tally]:
        """What F1 is made of, by cluster."""
        found: dict[str, Tally] = {}
        for page in self.pages:
            cor, inc, mis, spu = page[view][:4]
            old = found.get(page["cluster"], Tally(0, 0))
            found[page["cluster"]] = Tally(old.hits + 2 * cor, old.whole + 2 * (cor + inc) + mis + spu)
        return found


def write_run(
    folder: Path,
    score: Score,
    numbers: Mapping[str, Any],
    *,
    argv: Sequence[str] = (),
    more: Mapping[str, Any] | None = None,
    decided: Callable[[list[Json]], list[Json]] = list,
) -> list[Json]:
    """Writes a run's files. `metrics.json`, `pages.jsonl` and `records.jsonl` hold no times and no paths.

    Args:
        folder: where to.
        score: the run.
        numbers: what `metrics.json` is to hold.
        argv: the command that made it.
        more: what else `run.json` says.
        decided: adds to the lines of `adjudicate.jsonl` what is known of them.

    Returns:
        The lines of `records.jsonl`.

    Raises:
        UsageError: a file cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be made: {error.strerror}") from error
    about: Json = {
        "format": 1,
        "gold": score.gold,
        "scorer": score.scorer,
        "resolved": resolved(score.kinds),
        "argv": list(argv),
        "version": __version__,
        **(more or {}),
    }
    _write(folder / "run.json", json.dumps(about, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    _write(folder / "metrics.json", json.dumps(numbers, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    _write_lines(folder / "pages.jsonl", (page_line(page) for page in score.pages))
    records = list(record_lines(score))
    _write_lines(folder / "records.jsonl", records)
    _write_lines(folder / "adjudicate.jsonl", decided(list(adjudicable(records))))
    _write_lines(folder / "predictions.jsonl", (p.prediction.raw for p in score.pages if p.prediction))
    return records


def page_line(page: PageScore) -> Json:
    """The count vectors of a page: cor, inc, mis, spu, non, strict."""
    return {
        "page": page.page,
        "cluster": page.cluster,
        "slices": dict(page.slices),
        "failed": page.failed,
        "slots": page.slots().vector(),
        "records": page.records().vector(),
        "kinds": {plural: kind.all.vector() for plural, kind in page.kinds.items()},
    }


def record_lines(score: Score) -> Iterator[Json]:
    """A line a pair, missing, spurious or optional record.

    Where the page's text is at hand, spans of it say where quotes (`evidence_at` of gold, `quotes_at`) and
    the words of a slot (`gold_at`, `predicted_at`) stand.
    """
    for page in score.pages:
        for kind in score.kinds:
            for one in page.kinds[kind.hyllm.plural].records:
                yield _record_line(page, kind, one)


def _record_line(page: PageScore, kind: type[Record], one: ScoredRecord) -> Json:
    name = kind.hyllm.identity[0]
    spans = record_spans(kind, one, page.text, page.prediction) if page.text else None
    line: Json = {
        "page": page.page,
        "kind": kind.hyllm.plural,
        "outcome": one.outcome,
        "dup": one.dup,
        "gold": None if one.gold is None else {"index": one.gold.index, "name": one.gold.raw.get(name)},
        "predicted": None
        if one.predicted is None
        else {"index": one.predicted.index, "name": one.predicted.raw.get(name)},
        "evidence": quotes(one.gold.raw) if one.gold else [],
        "quotes": quotes(one.predicted.raw) if one.predicted else [],
        "slots": [_slot_line(page, kind, one, slot, spans) for slot in (*one.slots, *one.beside)],
    }
    if spans:
        line |= {"evidence_at": spans.evidence(one.gold), "quotes_at": spans.evidence(one.predicted)}
    return line


def _slot_line(
    page: PageScore, kind: type[Record], one: ScoredRecord, slot: Slot, spans: RecordSpans | None
) -> Json:
    line: Json = {
        "row": slot.row,
        "verdict": slot.verdict,
        "gold": shown(slot.gold) if slot.gold else None,
        "predicted": shown(slot.predicted) if slot.predicted else None,
    }
    if slot.why:
        line["why"] = slot.why
    if spans:
        places = {"gold_at": spans.gold(slot), "predicted_at": spans.predicted(slot)}
        line |= {name: found for name, found in places.items() if found}
    if not slot.headline:
        line["headline"] = False
    elif page.grounded and slot.predicted and slot.verdict != "cor":
        if id(slot) in page.grounded.absent:
            line["source"] = "absent"
        elif id(slot) in page.grounded.present:
            line["source"] = "present"
            row = next(row for row in rows_of(kind) if row.name == slot.row)
            assert one.predicted is not None
            name = one.predicted.raw.get(kind.hyllm.identity[0])
            what = [page.page, kind.hyllm.plural, name, slot.row, line["predicted"]]
            line["key"] = hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]
            at = f"/{kind.hyllm.plural}/{one.predicted.index}"
            line["at"] = [words.at for words in words_of(row, slot, one.predicted, at)]
    return line


def adjudicable(records: Sequence[Json]) -> Iterator[Json]:
    """Spurious values that stand on the page: perhaps gold lacks them."""
    for one in records:
        for slot in one["slots"]:
            if slot.get("source") == "present":
                yield {
                    "key": slot["key"],
                    "page": one["page"],
                    "kind": one["kind"],
                    "name": one["predicted"]["name"],
                    "row": slot["row"],
                    "predicted": slot["predicted"],
                    "at": slot["at"],
                    "quotes": one["quotes"],
                    "decision": None,
                }


def read_run(folder: str | Path) -> Run:
    """A run folder.

    Raises:
        UsageError: it is none.
    """
    folder = Path(folder)
    try:
        about: Any = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        pages, records = _lines(folder / "pages.jsonl"), _lines(folder / "records.jsonl")
    except FileNotFoundError as error:
        message = f"{folder} is no run folder: it has no {Path(error.filename).name}"
        raise UsageError(f"{message}. hyllm eval score --out DIR writes one") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{folder}: cannot be read: {error}") from error
    return Run(folder, about, pages, records)


def read_numbers(run: Run) -> Json:
    """A run's `metrics.json`.

    Raises:
        UsageError: it cannot be read.
    """
    try:
        return json.loads((run.folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{run.folder / 'metrics.json'}: cannot be read: {error}") from error


def read_lines(path: Path) -> list[Json]:
    """The objects of a JSON Lines file; none where there is no file."""
    return _lines(path) if path.is_file() else []


def _lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _write_lines(path: Path, lines: Iterator[Any] | Sequence[Any]) -> None:
    _write(path, "".join(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n" for line in lines))
