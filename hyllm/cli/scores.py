"""Scores as a person reads them: in a terminal, plain where it is none, padded by East Asian width."""

import json
import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from hyllm.cli.show import printable
from hyllm.evals import write_text
from hyllm.scoring import Agreement, Change, Checked, Comparison, Gate, Score, record_lines

CEILING = "ceiling A–B"
"""The heading of the column that holds one annotator against the other."""
Columns = Mapping[str, Mapping[str, float | None]]
"""Further columns of the headline: F1 by the row's name (`records`, `slots`, `grounded_correct`)."""
_WORST = 12
_WIDEST = 26


def show_score(
    score: Score,
    numbers: Mapping[str, Any],
    passed: Sequence[Gate] = (),
    comparison: Comparison | None = None,
    columns: Columns | None = None,
    title: str = "",
) -> None:
    """Prints the headline, the table of fields, the worst records, and the gates."""
    for line in score_lines(score, numbers, passed, comparison, columns, title):
        click.echo(line)


def score_lines(
    score: Score,
    numbers: Mapping[str, Any],
    passed: Sequence[Gate] = (),
    comparison: Comparison | None = None,
    columns: Columns | None = None,
    title: str = "",
) -> Iterator[str]:
    """The lines of `show_score`."""
    if title:
        yield printable(title)
    pages, slots = numbers["pages"], numbers["slots"]
    yield (
        f"{pages['count']} pages, {pages['clusters']} clusters · gold {score.gold[:6]} · "
        f"scorer {score.scorer[:6]} (tau .50) · {pages['failed']} failed pages"
    )
    yield ""
    yield from _table(_headline(numbers, comparison, columns or {}), left=1)
    grounding, first = numbers["grounding"], numbers["first_alternatives"]
    yield f"  first alternatives only F1 {_two(first['F1'])}   strict {_two(slots['F1_strict'])}"
    yield (
        f"  mean over pages {_two(slots['F1_pages'])}   over {slots['fields_averaged']} fields "
        f"{_two(slots['F1_fields'])}   matched records alone {_two(numbers['matched']['F1'])}"
    )
    taus = "   ".join(f"tau {tau[1:]} {_three(f1)}" for tau, f1 in numbers["sensitivity"].items())
    yield f"  {taus}   in doubt {_three(numbers['doubt']['share'])} of gold values"
    records = numbers["records"]
    yield (
        f"  exact records {records['exact']} of {records['POS']}   dup {records['dup']}   "
        f"splits {records['splits']}   merges {records['merges']}   empty pages {pages['empty']} "
        f"(specificity {_two(pages['specificity'])})"
    )
    yield _grounding_line(grounding)
    yield from _marks_line(numbers["marks"])
    yield ""
    yield from _table(_fields(score, numbers), left=1)
    yield from _worst(score)
    if passed:
        yield ""
        yield "GATES   " + "   ".join(f"{g.message} {'ok' if g.passed else 'FAILED'}" for g in passed)
    yield from _cost_line(numbers["cost"])
    yield from _dollar_lines(numbers.get("dollars", ()))


def _headline(numbers: Mapping[str, Any], comparison: Comparison | None, columns: Columns) -> list[list[str]]:
    rows = [["", "gold", "pred", "P", "R", "F1", "95 % (pages)"]]
    rows[0] += columns
    rows[0] += ["baseline"] if comparison else []
    grounded = numbers["grounding"]["grounded_correct"]
    for name, row, key in (
        ("records", numbers["records"], "records"),
        ("slots", numbers["slots"], "slots"),
        ("  grounded + correct", grounded, "grounded_correct"),
    ):
        sizes = [str(row["POS"]), str(row["ACT"])] if key != "grounded_correct" else ["", ""]
        cells = [name, *sizes, _two(row["P"]), _two(row["R"]), _two(row["F1"])]
        cells.append(_interval(numbers["intervals"][key]))
        cells += [_two(column[key]) if key in column else "" for column in columns.values()]
        if comparison:
            view = {"slots": comparison.slots, "records": comparison.records}.get(key)
            cells.append(_against(view) if view else "")
        rows.append(cells)
    return rows


def _against(view: Any) -> str:
    if view.first is None or view.second is None:
        return ""
    told = f"p={view.p:.2f}" if view.is_significant else "n.s."
    arrow = (" ^" if view.second > view.first else " v") if view.is_significant else ""
    return f"{view.second - view.first:+.2f} {told}{arrow}"


def _interval(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "–"
    told = f"{_two(row['low'])} – {_two(row['high'])}"
    if row["error_per_cluster"] is not None:
        per_value = row["error_per_value"]
        told = f"all right: error < {_three(row['error_per_cluster'])} a cluster"
        told += f", < {_three(per_value)} a value" if per_value is not None else ""
    return told + (" indicative" if row["indicative"] else "")


def _grounding_line(row: Mapping[str, Any]) -> str:
    if not row["pages"]:
        return "  grounding not scored: give the pages' texts with --pages"
    return (
        f"hallucinated {_three(row['hallucinated'])}   plausible {_three(row['plausible'])}   "
        f"in source {_two(row['in_source'])}   right place {_two(row['right_place'])}   "
        f"spans ok {_two(row['span_ok'])}   unclaimed {row['unclaimed']} "
        f"(gold claims {row['unclaimed_in_gold']})"
    )


def _fields(score: Score, numbers: Mapping[str, Any]) -> list[list[str]]:
    rows = [["kind/field", "POS", "cor", "inc", "mis", "spu", "P", "R", "F1", "main error"]]
    errors = _main_errors(score)
    for name, row in numbers["fields"].items():
        if row["POS"] or row["ACT"]:
            counts = [str(row[key]) for key in ("POS", "cor", "inc", "mis", "spu")]
            ratios = [_two(row[key]) for key in ("P", "R", "F1")]
            rows.append([name, *counts, *ratios, errors.get(name, "")])
    for name, row in numbers["names"].items():
        if row["POS"]:
            rows.append(
                [f"  {name}, names alone", str(row["POS"]), str(row["cor"]), "", "", "", "", _two(row["R"])]
            )
    return rows


def _main_errors(score: Score) -> dict[str, str]:
    """The most frequent error of each row, with its number."""
    found: dict[str, dict[str, int]] = {}
    for kind in score.kinds:
        plural = kind.hyllm.plural
        for one in (one for page in score.pages for one in page.kinds[plural].records):
            if one.tally.rows and any(sum(vector[1:4]) for vector in one.tally.rows):
                for slot in one.slots:
                    if slot.verdict != "cor":
                        errors = found.setdefault(f"{plural}/{slot.row}", {})
                        why = slot.why or slot.verdict
                        errors[why] = errors.get(why, 0) + 1
    return {
        name: " ".join(map(str, max(errors.items(), key=lambda one: (one[1], one[0]))))
        for name, errors in found.items()
    }


def _worst(score: Score) -> Iterator[str]:
    """The records with most wrong slots: a line a slot, or one for a record that is wrong as a whole."""
    wrong: list[tuple[int, list[str]]] = []
    for line in record_lines(score):
        slots = [s for s in line["slots"] if s["verdict"] != "cor" and s.get("headline") is not False]
        side = line["predicted"] or line["gold"]
        place = f"{line['page']} {line['kind'][:-1]} {side['index']}"
        if slots and line["outcome"] in ("missing", "spurious"):
            sides = [str(line[name]["name"]) if line[name] else "–" for name in ("gold", "predicted")]
            wrong.append((len(slots), [place, *sides, f"{line['outcome']}, {len(slots)} slots"]))
            continue
        for slot in slots:
            cells = [f"{place} {slot['row']}", slot["gold"] or "–", slot["predicted"] or "–", _verdict(slot)]
            wrong.append((len(slots), cells))
    if wrong:
        yield ""
        chosen = sorted(wrong, key=lambda one: -one[0])[:_WORST]
        yield from _table(
            [["worst", "gold", "predicted", "verdict"], *(cells for _, cells in chosen)], left=4
        )


def _marks_line(row: Mapping[str, Any]) -> Iterator[str]:
    """How many wrong and right values the prediction's own marks point at."""
    if row["pages"]:
        shares = [
            f"{name} {marked['wrong']} wrong, {marked['right']} right"
            for name, marked in row["marked"].items()
            if name == "any" or marked["wrong"] or marked["right"]
        ]
        yield f"  marked of {row['wrong']} wrong, {row['right']} right values: {' · '.join(shares)}"


def slot_table(slots: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """A line a slot of `records.jsonl`: field, gold, prediction, verdict."""
    rows = [[slot["row"], slot["gold"] or "–", slot["predicted"] or "–", _verdict(slot)] for slot in slots]
    return _table(rows, left=4)


def _verdict(slot: Mapping[str, Any]) -> str:
    source = {"absent": "not on the page", "present": "on the page"}.get(slot.get("source", ""), "")
    return " ".join(filter(None, [slot["verdict"], slot.get("why"), source]))


_TOKENS = {"prompt_tokens": "in", "cached_tokens": "of them cached", "completion_tokens": "out"}


def _cost_line(row: Mapping[str, Any]) -> Iterator[str]:
    if row["prompt_tokens"] is None:
        yield "tokens: not told"
        return
    estimated = " (estimated)" if row["estimated"] else ""
    a_page = ", ".join(f"{row[f'{name}_per_page']:,.0f} {said}" for name, said in _TOKENS.items())
    a_slot = row["completion_tokens_per_correct_slot"] or 0
    yield f"tokens a page{estimated}: {a_page}; {a_slot:.1f} out a correct slot"


def _dollar_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for row in rows:
        estimated = ", tokens estimated" if row["estimated"] else ""
        a_slot = row["per_correct_slot"]
        yield (
            f"${row['per_1000_pages']:,.2f} per 1,000 pages · "
            f"{'–' if a_slot is None else f'${a_slot:.6f}'} per correct slot "
            f"({row['model']}, prices of {row['prices_of']}{estimated})"
        )


def show_repeats(some: Sequence[Mapping[str, Any]]) -> None:
    """Prints how far independent answers to the same pages lie apart."""
    rows = [["repeats", *(str(number) for number in range(1, len(some) + 1)), "mean", "sd"]]
    for view in ("records", "slots"):
        values = [numbers[view]["F1"] for numbers in some]
        if None not in values:
            rows.append([view, *map(_three, values), _three(mean(values)), f"{stdev(values):.4f}"])
    click.echo()
    for line in _table(rows, left=1):
        click.echo(line)


def tell(score: Score) -> None:
    """Says what a reader of the numbers must know, to standard error."""
    lost = [page.page for page in score.pages if page.failed]
    for words, names in (
        ("failed or not predicted, counted as all missing", lost),
        ("predicted without gold, not scored", score.without_gold),
        ("kinds no prediction has a list for, not scored", score.not_asked),
    ):
        if names:
            more = " …" if len(names) > 5 else ""
            click.echo(printable(f"hyllm: {len(names)} {words}: {', '.join(names[:5])}{more}"), err=True)


def show_comparison(found: Comparison) -> None:
    """Prints the verdict, then what broke and what was mended."""
    click.echo(found.verdict)
    for name, view in (("slots", found.slots), ("records", found.records)):
        if view.difference is not None:
            click.echo(
                f"{name:8} F1 {_three(view.first)} → {_three(view.second)}   "
                f"{view.difference.value:+.3f} [{view.difference.low:+.3f}, {view.difference.high:+.3f}]   "
                f"p {view.p:.4f}   detectable {view.difference.detectable:.3f}"
            )
    click.echo(
        f"wrong predicted values {found.spurious[0]} → {found.spurious[1]}   clusters {found.clusters}"
    )
    if found.lost:
        click.echo(f"pages lost: {', '.join(found.lost)}")
    for title, changes in (("newly broken", found.broken), ("newly fixed", found.fixed)):
        click.echo(f"\n{title}: {len(changes)}")
        for change in changes:
            click.echo(_change_line(change))


def _change_line(change: Change) -> str:
    quote = f"   “{_cut(change.quote, 60)}”" if change.quote else ""
    place = f"{change.page} {change.kind} {change.name} · {change.row}"
    return printable(f"  {place}: {change.gold} | {change.predicted or '–'}{quote}")


def comparison_json(found: Comparison) -> dict[str, Any]:
    """A comparison as JSON."""
    row: dict[str, Any] = {
        name: {
            "first": view.first,
            "second": view.second,
            "p": view.p,
            "difference": None
            if view.difference is None
            else {**view.difference._asdict(), "detectable": view.difference.detectable},
        }
        for name, view in (("slots", found.slots), ("records", found.records))
    }
    return row | {
        "verdict": found.verdict,
        "regression": found.is_regression,
        "clusters": found.clusters,
        "lost": found.lost,
        "broken": [asdict(change) for change in found.broken],
        "fixed": [asdict(change) for change in found.fixed],
        "spurious": list(found.spurious),
    }


def show_agreement(found: Agreement, numbers: Mapping[str, Any]) -> None:
    """Prints the agreement of two annotators, by field."""
    summary = numbers["agreement"]
    rows = [["", "A against B", "B against A", "ceiling"]]
    rows += [
        [name, _three(summary[name]["A_B"]), _three(summary[name]["B_A"]), _three(summary[name]["ceiling"])]
        for name in ("records", "slots")
    ]
    for line in _table(rows, left=1):
        click.echo(line)
    click.echo(
        f"\n{len(found.forth.pages)} pages; only A {len(found.only[0])}, only B {len(found.only[1])}\n"
    )
    for line in (*_table(_fields(found.forth, numbers), left=1), *_worst(found.forth)):
        click.echo(line)


def show_check(found: Checked, *, as_json: bool) -> None:
    """Prints what a check of gold found: first what is wrong, then what may be."""
    for finding in sorted(found.findings, key=lambda one: not one.certain):
        if as_json:
            click.echo(json.dumps(finding._asdict(), ensure_ascii=False))
        else:
            sign = "wrong" if finding.certain else "look "
            place = f"{finding.file} {finding.at}".rstrip()
            click.echo(printable(f"{sign} {finding.rule:7} {place}: {finding.message}"))
    wrong = sum(finding.certain for finding in found.findings)
    looked = len(found.findings) - wrong
    share = f"{found.doubt.doubtful} of {found.doubt.values} values in doubt"
    click.echo(f"{found.pages} pages, {wrong} wrong, {looked} to look at; {share}", err=True)
    if found.without_text:
        click.echo(f"words not checked, no text: {', '.join(found.without_text[:5])}; give --pages", err=True)


def write_summary(path: Path, score: Score, numbers: Mapping[str, Any]) -> None:
    """Writes the terminal's lines into a Markdown file."""
    write_text(path, summary(score_lines(score, numbers)))


def summary(lines: Iterable[str]) -> str:
    """The terminal's lines as Markdown."""
    text = "\n".join(lines)
    return f"# Scores\n\n```\n{text}\n```\n"


@contextmanager
def temporary_folder() -> Generator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _table(rows: Sequence[Sequence[str]], *, left: int) -> Iterator[str]:
    """The rows with their columns aligned: the first `left` ones and the last to the left, others right."""
    cut = [
        [
            _cut(printable(cell), _WIDEST if place < len(row) - 1 or left > 1 else 60)
            for place, cell in enumerate(row)
        ]
        for row in rows
    ]
    columns = max(len(row) for row in cut)
    widths = [max((cell_len(row[n]) for row in cut if n < len(row)), default=0) for n in range(columns)]
    for row in cut:
        cells = [
            _padded(cell, widths[place], to_left=place < left or place == columns - 1)
            for place, cell in enumerate(row)
        ]
        yield "  ".join(cells).rstrip()


def _padded(cell: str, width: int, *, to_left: bool) -> str:
    space = " " * (width - cell_len(cell))
    return cell + space if to_left else space + cell


def _cut(text: str, width: int) -> str:
    text = " ".join(text.split()) if text.strip() else text
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def _two(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".removeprefix("0") if value < 1 else f"{value:.2f}"


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}".removeprefix("0") if value < 1 else f"{value:.3f}"
