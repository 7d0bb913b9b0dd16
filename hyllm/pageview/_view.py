"""The whole file: a section a page, its text beside its records."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from hyllm.html import bidi_safe, document, marked, plain
from hyllm.pageview._marks import colour, page_marks
from hyllm.pageview._record import Card, problem_items

Json = Mapping[str, Any]
_OURS = frozenset(
    "format status page text_sha256 paper issue_date page_no extra grounding problems unclaimed links usage "
    "provenance".split()
)
_KEYS = "j k: next, previous record · u: unclaimed · Esc: clear · /: search"


def page_view(pages: Iterable[tuple[Json, str]], title: str = "hyllm") -> str:
    """Pages and their records as HTML, in one file that loads nothing, whatever stands in the pages.

    Args:
        pages: prediction lines, each with its page's text.
        title: of the document.
    """
    shown = list(pages)
    plurals = _plurals(line for line, _ in shown)
    sections = "".join(_section(line, text, number, plurals) for number, (line, text) in enumerate(shown))
    return document(
        title,
        f"{_top(title, [line for line, _ in shown], plurals)}<main>{sections}</main>",
        style=_asset("style.css"),
        script=_asset("script.js"),
    )


def _plurals(lines: Iterable[Json]) -> list[str]:
    """The keys of the kinds, in the order in which lines have them."""
    found: dict[str, None] = {}
    for line in lines:
        found |= {key: None for key, value in line.items() if key not in _OURS and isinstance(value, list)}
    return list(found)


def _top(title: str, lines: Sequence[Json], plurals: Sequence[str]) -> str:
    records = {plural: sum(len(line.get(plural, ())) for line in lines) for plural in plurals}
    kinds = "".join(
        f'<label class="{colour(plural, plurals)}"><input type=checkbox checked data-kind="{plain(plural)}"> '
        f"{plain(plural)} {count}</label>"
        for plural, count in records.items()
    )
    pages = "".join(
        f'<option value="{number}">{plain(line["page"])}</option>' for number, line in enumerate(lines)
    )
    models = ", ".join(dict.fromkeys(str(line.get("provenance", {}).get("model")) for line in lines))
    unclaimed = sum(len(line.get("unclaimed", ())) for line in lines)
    return (
        f"<header><h1>{plain(title)}</h1>"
        f"<p>{len(lines)} page{'s' * (len(lines) != 1)} · {plain(models)} · values as the page prints them, "
        f"<output>computed</output> beside</p>"
        f"<form id=filters role=search>{kinds}<label><input type=checkbox id=faulty> only marked</label>"
        f"<label class=grey><input type=checkbox checked id=grey> unclaimed {unclaimed}</label>"
        f'<label>page <select id=page><option value="">all</option>{pages}</select></label>'
        f"<label>find <input type=search id=words autocomplete=off></label></form>"
        f"<p class=keys>{_KEYS}</p></header>"
    )


def _section(line: Json, text: str, number: int, plurals: Sequence[str]) -> str:
    there = [plural for plural in plurals if plural in line]
    card = Card(line, number)
    cards = "".join(
        card.html(plural, index, record, colour(plural, plurals))
        for plural in there
        for index, record in enumerate(line[plural])
    )
    marks = page_marks(line, text, number, there) if there else []
    return (
        f'<section class=page data-number="{number}"><h2>{bidi_safe(line["page"])}</h2><p>{_about(line)}</p>'
        f"{_problems(line)}<div class=beside>"
        f"<div class=text lang=zh-Hans tabindex=0>{marked(text, marks)}</div>"
        f"<div class=records>{cards or '<p>No record.</p>'}</div></div></section>"
    )


def _about(line: Json) -> str:
    city_page = [line.get("paper"), line.get("issue_date"), line.get("page_no") and f"page {line['page_no']}"]
    status = "" if line["status"] == "done" else f"<em class=fault>{plain(line['status'])}</em>"
    return " · ".join([*(plain(str(one)) for one in city_page if one), *filter(None, [status])])


def _problems(line: Json) -> str:
    items = list(problem_items(line))
    if not items:
        return ""
    summary = f"<summary>{len(items)} to look at</summary>"
    return f"<details class=problems>{summary}<ul>{''.join(items)}</ul></details>"


@lru_cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
