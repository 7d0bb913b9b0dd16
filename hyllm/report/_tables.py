"""The numbers of a run as HTML tables and drawings."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyllm.html import plain
from hyllm.report._charts import Bar, chart, share

Json = Mapping[str, Any]
_VIEWS = (
    ("records", "records"),
    ("slots", "slots"),
    ("grounded_correct", "grounded and correct"),
)


def headline(numbers: Json, baseline: Mapping[str, float | None] | None) -> str:
    """Records, slots, and what is grounded and correct: drawn with intervals, and as a table."""
    columns = {name: _beside(numbers, name) for name in ("ceiling", "floor")} | {"baseline": baseline or {}}
    shown = {name: column for name, column in columns.items() if column}
    bars: list[Bar] = []
    rows: list[str] = []
    for key, label in _VIEWS:
        row = _row(numbers, key)
        interval: Json = numbers["intervals"].get(key) or {}
        marks = tuple((name, column.get(key)) for name, column in shown.items())
        bars.append(Bar(label, row["F1"], interval.get("low"), interval.get("high"), marks, "not scored"))
        cells = [row["POS"], row["ACT"], *(_share(row[name]) for name in ("P", "R", "F1"))]
        cells += [_interval(interval), *(_share(column.get(key)) for column in shown.values())]
        rows.append(f"<tr><th scope=row>{label}" + "".join(f"<td>{'–' if c is None else c}" for c in cells))
    heads = ["gold", "predicted", "P", "R", "F1", "95 % (pages)", *shown]
    names = {"ceiling": "ceiling (A–B)", "floor": "floor (rules)", "baseline": "compared with"}
    head = "".join(f"<th>{names.get(name, name)}" for name in heads)
    legend = "".join(
        f'<li><span class="sign {name}"></span>{told}</li>'
        for name, told in (
            ("value", "F1 with its 95 % interval over clean texts"),
            ("ceiling", "ceiling: one annotator against the other"),
            ("floor", "floor: patterns without a model"),
            ("baseline", "the run it is compared with"),
        )
        if name == "value" or name in shown
    )
    drawn = chart(bars, "F1 with intervals, ceiling and floor")
    return (
        f'{drawn}<ul class="legend">{legend}</ul>'
        f'<div class="wide"><table class="numbers"><thead><tr><th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _beside(numbers: Json, name: str) -> Json:
    """Numbers that stand beside the score; nothing where they could not be had."""
    known: Json = numbers.get("beside") or {}
    return known.get(name) or {}


def _row(numbers: Json, key: str) -> Json:
    return numbers["grounding"][key] if key == "grounded_correct" else numbers[key]


def facts(numbers: Json) -> str:
    """What is told beside the headline, a term and its number each."""
    slots, records, pages, grounding = (numbers[k] for k in ("slots", "records", "pages", "grounding"))
    told = [
        ("exact records", f"{records['exact']} of {records['POS']}"),
        ("mean over pages", _share(slots["F1_pages"])),
        (f"mean over {slots['fields_averaged']} fields", _share(slots["F1_fields"])),
        ("first alternatives only", _share(numbers["first_alternatives"]["F1"])),
        ("strict", _share(slots["F1_strict"])),
        ("hallucinated", _share(grounding["hallucinated"])),
        ("plausible, to be decided", _share(grounding["plausible"])),
        ("right place", _share(grounding["right_place"])),
        ("in source", _share(grounding["in_source"])),
        ("unclaimed values", _told(grounding["unclaimed"])),
        ("of them gold claims", _told(grounding["unclaimed_in_gold"])),
        ("pages lost", str(pages["failed"])),
        ("gold values in doubt", _share(numbers["doubt"]["share"])),
        *_annotators(numbers),
        *_dollars(numbers),
    ]
    shown = "".join(f"<div><dt>{plain(name)}<dd>{plain(number)}</div>" for name, number in told)
    return f'<dl class="facts">{shown}</dl>'


def _annotators(numbers: Json) -> Iterator[tuple[str, str]]:
    for name, row in _beside(numbers, "annotators").items():
        yield f"slots against annotator {name.upper()}", _share(row["slots"])


def _dollars(numbers: Json) -> Iterator[tuple[str, str]]:
    for row in numbers.get("dollars") or ():
        about = ", estimated" if row["estimated"] else ""
        yield f"1,000 pages at {row['model']}, {row['prices_of']}{about}", f"${row['per_1000_pages']:,.2f}"


def slices(numbers: Json) -> str:
    """The kinds, bands and groups, drawn; a slice of too few texts says so."""
    bars = [Bar(plural, row["slots"]["F1"]) for plural, row in numbers["kinds"].items()]
    parts = [f"<h3>kinds</h3>{chart(bars, 'slots F1 by kind')}"]
    for axis, values in numbers["slices"].items():
        bars = [_slice(name, row) for name, row in values.items()]
        parts.append(f"<h3>{plain(axis)}</h3>" + (chart(bars, f"slots F1 by {axis}") or _few(values)))
    return "".join(parts)


def _slice(name: str, row: Json) -> Bar:
    if row["slots"] is None:
        return Bar(name, None, note=f"{row['clusters']} texts")
    interval: Json = row["interval"] or {}
    return Bar(name, row["slots"]["F1"], interval.get("low"), interval.get("high"))


def _few(values: Json) -> str:
    told = ", ".join(f"{name} {row['clusters']}" for name, row in values.items())
    return f"<p>Too few texts for a number: {plain(told)}.</p>"


def fields(numbers: Json, errors: Mapping[str, str]) -> str:
    """A row a field: counts, ratios, a small bar with the ceiling in it, and the most frequent error.

    Args:
        numbers: the run's.
        errors: the most frequent error of a field, in words.
    """
    ceiling: Json = _beside(numbers, "ceiling").get("fields") or {}
    rows: list[str] = []
    for name, row in numbers["fields"].items():
        if not row["POS"] and not row["ACT"]:
            continue
        counts = "".join(f"<td>{row[key]}" for key in ("POS", "cor", "inc", "mis", "spu"))
        ratios = "".join(f"<td>{_share(row[key])}" for key in ("P", "R", "F1"))
        bar = share(row["F1"], ceiling.get(name))
        rows.append(
            f"<tr><th scope=row>{plain(name)}{counts}{ratios}<td>{bar}<td>{_share(ceiling.get(name))}"
            f"<td class=words>{plain(errors.get(name, ''))}"
        )
    titles = ("gold", "right", "wrong", "missing", "spurious", "P", "R", "F1")
    head = "".join(f"<th>{name}" for name in ("field", *titles, "", "ceiling", "main error"))
    return (
        f'<div class="wide"><table class="numbers"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def main_errors(records: Sequence[Json]) -> dict[str, str]:
    """The most frequent error of each field, with its number."""
    found: dict[str, dict[str, int]] = {}
    words = {"inc": "wrong", "mis": "missing", "spu": "spurious"}
    for record in records:
        for slot in record["slots"]:
            if slot["verdict"] in words:
                counts = found.setdefault(f"{record['kind']}/{slot['row']}", {})
                why = slot.get("why") or words[slot["verdict"]]
                counts[why] = counts.get(why, 0) + 1
    most = {name: max(counts.items(), key=lambda one: (one[1], one[0])) for name, counts in found.items()}
    return {name: f"{why} ({count})" for name, (why, count) in most.items()}


def _interval(row: Json) -> str:
    if not row:
        return "–"
    told = f"{_share(row['low'])} – {_share(row['high'])}"
    return told + (" indicative" if row["indicative"] else "")


def _told(value: object) -> str:
    return "–" if value is None else str(value)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
