"""The whole report of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from hyllm.html import bidi_safe, both, document, plain
from hyllm.report._comparison import comparison_section
from hyllm.report._errors import Error, cards, errors_of
from hyllm.report._pages import page_sections
from hyllm.report._tables import facts, fields, headline, main_errors, slices
from hyllm.report._words import as_text, in_both
from hyllm.scoring import Comparison, Gate, Run

Json = Mapping[str, Any]
_ALL_VERDICTS = ("wrong", "missing", "spurious", "record missing", "record spurious")
_SOURCES = {"absent": "hallucinated: not on the page", "present": "spurious, but on the page"}
_TERMS = "<p>What these words mean: <code>hyllm eval show --help</code>, and docs/scores.md, Terms.</p>"


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a report is made of."""

    run: Run
    numbers: Json
    """`metrics.json`."""
    texts: Mapping[str, str] = field(default_factory=dict[str, str])
    """The pages' texts; a page without one is shown without its context."""
    adjudicable: Sequence[Json] = ()
    """The lines of `adjudicate.jsonl`."""
    gates: Sequence[Gate] = ()
    comparison: Comparison | None = None
    """Of another run with this one."""
    other: str = ""
    """What the other run is called."""


def report(of: RunReport) -> str:
    """The report as HTML, in one file that loads nothing, whatever stands in the pages."""
    about = of.run.about
    bands = {page["page"]: str(page["slices"].get("band", "")) for page in of.run.pages}
    errors = errors_of(of.run.records, bands)
    title = " · ".join(str(about[name]) for name in ("suite", "strategy", "model") if about.get(name))
    compared = of.comparison
    baseline = {"slots": compared.slots.first, "records": compared.records.first} if compared else None
    parts = [
        _top(title or of.run.folder.name, of),
        _section("scores", "Scores", headline(of.numbers, baseline) + facts(of.numbers) + _TERMS),
        _section("slices", "Slices", slices(of.numbers)),
        _section("fields", "Fields", fields(of.numbers, main_errors(of.run.records))),
        _section("comparison", "Comparison", comparison_section(compared, of.other)) if compared else "",
        _errors(errors, of),
    ]
    return document(f"{title} – hyllm", "\n".join(parts), style=_file("style.css"), script=_file("script.js"))


@lru_cache
def _file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _section(name: str, title: str, body: str) -> str:
    return f'<section id="{name}"><h2>{in_both(title)}</h2>{body}</section>'


def _top(title: str, of: RunReport) -> str:
    about, pages = of.run.about, of.numbers["pages"]
    told = [
        f"{pages['count']} pages of {pages['clusters']} clean texts",
        f"answers recorded {about['recorded']}" if about.get("recorded") else "",
        f"gold {about['gold'][:6]}",
        f"scorer {about['scorer'][:6]}",
        f"{pages['failed']} pages lost" if pages["failed"] else "",
        f"{len(about.get('stale') or ())} answers to an earlier request" if about.get("stale") else "",
        "" if about.get("whole", True) else "a part of the suite",
    ]
    sections = ["Scores", "Slices", "Fields", *(["Comparison"] if of.comparison else []), "Errors"]
    nav = "".join(f'<a href="#{title.lower()}">{in_both(title)}</a>' for title in sections)
    gates = "".join(
        f'<li class="{"passed" if gate.passed else "failed"}">{plain(gate.message)}: '
        f"{'ok' if gate.passed else 'failed'}</li>"
        for gate in of.gates
    )
    return (
        f'<header id="top"><h1>{bidi_safe(title)}</h1><p>{plain(" · ".join(filter(None, told)))}</p>'
        f'<nav>{nav}<button type="button" id="theme" hidden>{both("dark / light", "深浅")}</button></nav>'
        + (f'<ul class="gates">{gates}</ul>' if gates else "")
        + "</header>"
    )


def _errors(errors: Sequence[Error], of: RunReport) -> str:
    decided = {value["key"]: value["decision"] for value in of.adjudicable if value.get("decision")}
    shown = "".join(cards(errors, of.texts, decided)) or "<p>None.</p>"
    sections = "".join(page_sections(of.run.pages, of.run.records, errors, of.texts))
    legend = (
        f'<p class="legend"><mark class="right">{in_both("right")}</mark> '
        f'<mark class="gold">{both("gold, missing or wrong", "标准中有，漏或错")}</mark> '
        f'<mark class="predicted">{both("predicted, not in gold", "预测有，标准中无")}</mark> '
        f'<mark class="gold predicted">{both("both", "两者")}</mark> '
        f'<mark class="gold evidence">{in_both("evidence")}</mark></p>'
    )
    body = (
        f"{_filters(errors)}"
        f'<div class="split"><div id="list">{shown}</div>'
        f'<aside id="pages" aria-label="pages">{legend}{sections}</aside></div>'
    )
    counted = f'<output id="count">{len(errors)}</output> {both("wrong values", "个错值")}'
    return f'<section id="errors"><h2>{in_both("Errors")}: {counted}</h2>{body}</section>'


def _filters(errors: Sequence[Error]) -> str:
    """The controls, which do nothing without the script: hidden until it runs."""
    choices = {
        "kind": sorted({error.kind for error in errors}),
        "field": sorted({f"{error.kind}/{error.slot['row']}" for error in errors}),
        "verdict": [name for name in _ALL_VERDICTS if any(error.verdict == name for error in errors)],
        "source": [name for name in _SOURCES if any(error.slot.get("source") == name for error in errors)],
        "band": sorted({error.band for error in errors} - {""}),
        "page": sorted({error.page for error in errors}),
    }
    selects = "".join(_select(name, values) for name, values in choices.items() if values)
    return (
        f'<form id="filters" hidden>{selects}'
        f'<label><span>{in_both("words")}</span><input type="search" id="words" autocomplete="off"></label>'
        f'<button type="reset">{in_both("all")}</button>'
        f'<p class="keys"><kbd>j</kbd> <kbd>k</kbd> {both("next, previous error", "下一处、上一处")} · '
        f"<kbd>/</kbd> {in_both('words')} · <kbd>c</kbd> {in_both('all')} · "
        f"<kbd>t</kbd> {both('dark or light', '深浅')}</p></form>"
    )


def _select(name: str, values: Sequence[str]) -> str:
    told = [(value, _SOURCES.get(value, value)) for value in values]
    options = "".join(
        f'<option value="{plain(value)}">{plain(as_text(words))}</option>'
        for value, words in [("", "all"), *told]
    )
    return f'<label><span>{in_both(name)}</span><select data-filter="{name}">{options}</select></label>'
