"""Scores as a person reads them: in a terminal, plain where it is none, padded by East Asian width."""

import tempfile
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import click

from hyllm.cli.show import printable
from hyllm.cli.tables import table, three, two
from hyllm.cli.terms import FOOTNOTE
from hyllm.evals import write_text
from hyllm.scoring import Comparison, Gate, Score, record_lines

CEILING = "ceiling A–B"
"""The heading of the column that holds one annotator against the other."""
Columns = Mapping[str, Mapping[str, float | None]]
"""Further columns of the headline: F1 by the row's name (`records`, `slots`, `grounded_correct`)."""
_WORST = 12


def show_score(
    score: Score,
    numbers: Mapping[str, Any],
    passed: Sequence[Gate] = (),
    comparison: Comparison | None = None,
    columns: Columns | None = None,
) -> None:
    """Prints the headline, the table of fields, the worst records, and the gates."""
    for line in score_lines(score, numbers, passed, comparison, columns):
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
    yield from table(_headline(numbers, comparison, columns or {}), left=1)
    grounding, first = numbers["grounding"], numbers["first_alternatives"]
    yield f"  first alternatives only F1 {two(first['F1'])}   strict {two(slots['F1_strict'])}"
    yield (
        f"  mean over pages {two(slots['F1_pages'])}   over {slots['fields_averaged']} fields "
        f"{two(slots['F1_fields'])}   matched records alone {two(numbers['matched']['F1'])}"
    )
    taus = "   ".join(f"tau {tau[1:]} {three(f1)}" for tau, f1 in numbers["sensitivity"].items())
    yield f"  {taus}   in doubt {three(numbers['doubt']['share'])} of gold values"
    records = numbers["records"]
    yield (
        f"  exact records {records['exact']} of {records['POS']}   dup {records['dup']}   "
        f"splits {records['splits']}   merges {records['merges']}   empty pages {pages['empty']} "
        f"(specificity {two(pages['specificity'])})"
    )
    yield _grounding_line(grounding)
    yield from _marks_line(numbers["marks"])
    yield ""
    yield from table(field_rows(score, numbers), left=1)
    yield from worst_lines(score)
    if passed:
        yield ""
        yield "GATES   " + "   ".join(f"{g.message} {'ok' if g.passed else 'FAILED'}" for g in passed)
    yield from _cost_line(numbers["cost"])
    yield from _dollar_lines(numbers.get("dollars", ()))
    yield ""
    yield FOOTNOTE


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
        cells = [name, *sizes, two(row["P"]), two(row["R"]), two(row["F1"])]
        cells.append(_interval(numbers["intervals"][key]))
        cells += [two(column[key]) if key in column else "" for column in columns.values()]
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
    told = f"{two(row['low'])} – {two(row['high'])}"
    if row["error_per_cluster"] is not None:
        per_value = row["error_per_value"]
        told = f"all right: error < {three(row['error_per_cluster'])} a cluster"
        told += f", < {three(per_value)} a value" if per_value is not None else ""
    return told + (" indicative" if row["indicative"] else "")


def _grounding_line(row: Mapping[str, Any]) -> str:
    if not row["pages"]:
        return "  grounding not scored: give the pages' texts with --pages"
    return (
        f"hallucinated {three(row['hallucinated'])}   plausible {three(row['plausible'])}   "
        f"in source {two(row['in_source'])}   right place {two(row['right_place'])}   "
        f"spans ok {two(row['span_ok'])}   unclaimed {row['unclaimed']} "
        f"(gold claims {row['unclaimed_in_gold']})"
    )


def field_rows(score: Score, numbers: Mapping[str, Any]) -> list[list[str]]:
    rows = [["kind/field", "POS", "cor", "inc", "mis", "spu", "P", "R", "F1", "main error"]]
    errors = _main_errors(score)
    for name, row in numbers["fields"].items():
        if row["POS"] or row["ACT"]:
            counts = [str(row[key]) for key in ("POS", "cor", "inc", "mis", "spu")]
            ratios = [two(row[key]) for key in ("P", "R", "F1")]
            rows.append([name, *counts, *ratios, errors.get(name, "")])
    for name, row in numbers["names"].items():
        if row["POS"]:
            rows.append(
                [f"  {name}, names alone", str(row["POS"]), str(row["cor"]), "", "", "", "", two(row["R"])]
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


def worst_lines(score: Score) -> Iterator[str]:
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
        yield from table([["worst", "gold", "predicted", "verdict"], *(cells for _, cells in chosen)], left=4)


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
    return table(rows, left=4)


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
            rows.append([view, *map(three, values), three(mean(values)), f"{stdev(values):.4f}"])
    click.echo()
    for line in table(rows, left=1):
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
