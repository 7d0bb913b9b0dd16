"""The pages' texts, with right, missing and wrong values marked where they stand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hyllm.html import Mark, bidi_safe, both, marked, plain
from hyllm.report._errors import Error
from hyllm.report._words import as_text, in_both

Json = dict[str, Any]


def page_sections(
    pages: Sequence[Json], records: Sequence[Json], errors: Sequence[Error], texts: Mapping[str, str]
) -> Iterator[str]:
    """A section a page: what it scored, and its text.

    Args:
        pages: the lines of `pages.jsonl`.
        records: the lines of `records.jsonl`.
        errors: from `errors_of`.
        texts: the pages' texts; a page without one has a section that says so.
    """
    marks: dict[str, list[Mark]] = {}
    for record in records:
        marks.setdefault(record["page"], []).extend(_right(record))
    for error in errors:
        marks.setdefault(error.page, []).extend(error.marks)
    for page in pages:
        yield _section(page, texts.get(page["page"]), marks.get(page["page"], []))


def _right(record: Json) -> Iterator[Mark]:
    for slot in record["slots"]:
        if slot["verdict"] == "cor" and slot["row"] != "evidence":
            for start, end in slot.get("predicted_at") or ():
                yield Mark(start, end, "right", title=f"{as_text('right')}: {slot['row']} [{start},{end})")


def _section(page: Json, text: str | None, marks: Sequence[Mark]) -> str:
    cor, inc, mis, spu = page["slots"][:4]
    whole = 2 * (cor + inc) + mis + spu
    f1 = f"F1 {2 * cor / whole:.3f}" if whole else "nothing to score"
    counts = zip((cor, inc, mis, spu), ("right", "wrong", "missing", "spurious"), strict=True)
    lost = ["page lost"] if page["failed"] else []
    about = " · ".join(map(plain, [*map(str, page["slices"].values()), f1, *lost]))
    counted = ", ".join(f"{count} {in_both(what)}" for count, what in counts)
    body = (
        f'<div class="text" lang="zh-Hans">{marked(text, marks)}</div>'
        if text is not None
        else "<p>The text is not at hand.</p>"
    )
    return (
        f'<section class="page" data-name="{plain(page["page"])}"><h3>{bidi_safe(page["page"])}</h3>'
        f"<p>{about}</p><p>{both('values', '值')}: {counted}</p>{body}</section>"
    )
