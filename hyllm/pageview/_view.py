"""The whole file: a section a page, its text beside its records."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from hyllm.html import bidi_safe, both, document, marked, plain
from hyllm.pageview._marks import colour, page_marks
from hyllm.pageview._record import Card, problem_items
from hyllm.pageview._words import kind_name, reason_name

Json = Mapping[str, Any]
_OURS = frozenset(
    "format status page text_sha256 paper issue_date page_no extra grounding problems unclaimed links usage "
    "provenance".split()
)
_KEYS = (
    ("j k: next, previous record", "下一条、上一条记录"),
    ("u: unclaimed", "未入记录"),
    ("Esc: clear", "取消"),
    ("/: search", "查找"),
    ("a click shows where a value stands, [start, end)", "点击可见各值的位置"),
)


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
        f'<label class="{colour(plural, plurals)}" title="records of this kind 该类记录数">'
        f'<input type=checkbox checked data-kind="{plain(plural)}"> {kind_name(plural)} {count}</label>'
        for plural, count in records.items()
    )
    pages = "".join(
        f'<option value="{number}">{plain(line["page"])}</option>' for number, line in enumerate(lines)
    )
    models = ", ".join(dict.fromkeys(str(line.get("provenance", {}).get("model")) for line in lines))
    unclaimed = sum(len(line.get("unclaimed", ())) for line in lines)
    keys = " · ".join(both(*words) for words in _KEYS)
    counted = both(f"{len(lines)} page{'s' * (len(lines) != 1)}", f"共{len(lines)}版")
    unclaimed_title = (
        "amounts, dates and names on the page that stand in no record 不在任何记录中的金额、日期、人名"
    )
    return (
        f"<header><h1>{plain(title)}</h1>"
        f"<p>{counted} · {plain(models)} · {both('values as the page prints them', '版面原文')}, "
        f"<output>{both('computed', '算出')}</output> {both('beside', '在旁')}</p>"
        f"<form id=filters role=search><span>{both('records', '记录')}</span>{kinds}"
        f"<label><input type=checkbox id=faulty> {both('only marked', '只看有问题的')}</label>"
        f'<label class=grey title="{unclaimed_title}"><input type=checkbox checked id=grey> '
        f"{both('unclaimed values', '未入记录的值')} {unclaimed}</label>"
        f'<label>{both("page", "版面")} <select id=page><option value="">all 全部</option>{pages}</select></label>'
        f"<label>{both('find', '查找')} <input type=search id=words autocomplete=off></label></form>"
        f"<p class=keys>{keys}</p></header>"
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
    nothing = f"<p>{both('No record.', '没有记录。')}</p>"
    return (
        f'<section class=page data-number="{number}"><h2>{bidi_safe(line["page"])}</h2><p>{_about(line)}</p>'
        f"{_problems(line)}<div class=beside>"
        f"<div class=text lang=zh-Hans tabindex=0>{marked(text, marks)}</div>"
        f"<div class=records>{cards or nothing}</div></div></section>"
    )


def _about(line: Json) -> str:
    told = [plain(str(line[key])) for key in ("paper", "issue_date") if line.get(key)]
    if number := line.get("page_no"):
        told.append(both(f"page {number}", f"第{number}版"))
    if line["status"] != "done":
        told.append(f"<em class=fault>{reason_name(line['status'])}</em>")
    return " · ".join(told)


def _problems(line: Json) -> str:
    items = list(problem_items(line))
    if not items:
        return ""
    counted = f"{len(items)} problem{'s' * (len(items) != 1)} to look at"
    summary = f"<summary>{both(counted, f'{len(items)}处问题待查')}</summary>"
    return f"<details class=problems>{summary}<ul>{''.join(items)}</ul></details>"


@lru_cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
