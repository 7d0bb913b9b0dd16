"""langextract on the same pages: a record is an extraction, its fields are attributes.

An extraction's text is the record's name, which langextract locates. Values are asked for as words and computed
by hyllm afterwards, which langextract would leave to its user; so are the rules that code applies. Run with
`python benchmarks/peers/langextract_once.py test claude http://127.0.0.1:8765/v1`; answers are kept in answers/.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import langextract as lx
from _common import HOME, ask_all, client, pages, rules
from langextract.providers.openai import OpenAILanguageModel
from pydantic import ValidationError

from hyllm.archive import Page
from hyllm.files import shipped
from hyllm.kinds import KINDS
from hyllm.resolve import resolve_page
from hyllm.schemas import Record, reading_model
from hyllm.text import Locator, split_units

PARTS = {
    "milestones": ("stage", "status", "date", "anchor"),
    "parties": ("name", "role"),
    "figures": ("measure", "quantity", "period", "status"),
    "participants": ("name", "roles"),
    "outcomes": ("type", "text"),
    "posts": ("organisation", "title", "status"),
}
FORM = """
# 答案的形式
每条记录是一个extraction：extraction_class为project、meeting或official，extraction_text为其name，其余字段为attributes。
字段值是字符串，列表字段是字符串列表；有几部分的项各部分用“|”隔开，空的留空，顺序如下（roles之间用“,”隔开）：
milestones：stage|status|date|anchor；parties：name|role；figures：measure|quantity|period|status；participants：name|roles；outcomes：type|text；posts：organisation|title|status。会议的date写作“text|anchor”。没有的字段略去，evidence不写。
"""


def main() -> None:
    """Asks, or reads what is kept."""
    suite, model, base_url = sys.argv[1:4]
    name = f"langextract-{suite}-{model.split('/')[-1]}"
    examples = [example(kind) for kind in KINDS.values()]

    def ask(page: Page) -> dict[str, Any]:
        asker = OpenAILanguageModel(
            model_id=model, api_key="none", base_url=base_url, temperature=0, max_output_tokens=8192
        )
        asker._client = client(base_url, HOME / "answers" / name / f"{page.page}.json")
        found = lx.extract(
            page.text,
            prompt_description=f"从中国城市日报的版面文字里抽取项目、会议和官员。\n\n{rules()}\n{FORM}",
            examples=examples,
            model=asker,
            max_char_buffer=8000,
            use_schema_constraints=False,
            resolver_params={"suppress_parse_errors": False},
            show_progress=False,
        )
        return as_records(page, found.extractions or [])

    ask_all(ask, pages(suite), HOME / f"{name}.jsonl", at_once=12 if suite == "test" else 1)


def example(kind: type[Record]) -> lx.data.ExampleData:
    """hyllm's example of a kind, as langextract wants examples."""
    folder = shipped("prompts", kind.hyllm.prompts)
    answer = json.loads(folder.joinpath("example.json").read_text(encoding="utf-8"))
    return lx.data.ExampleData(
        text=folder.joinpath("example.txt").read_text(encoding="utf-8"),
        extractions=[
            lx.data.Extraction(one.hyllm.name, said["name"], attributes=attributes(said))
            for one in KINDS.values()
            for said in answer.get(one.hyllm.plural, ())
        ],
    )


def attributes(said: Mapping[str, Any]) -> dict[str, Any]:
    """A record's fields as strings and lists of strings."""
    found: dict[str, Any] = {}
    for field, value in said.items():
        if field in ("name", "evidence") or value is None:
            continue
        if isinstance(value, dict):
            found[field] = f"{value['text']}|{value.get('anchor') or ''}".rstrip("|")
        elif isinstance(value, list):
            found[field] = [
                item if isinstance(item, str) else "|".join(_cells(field, item)) for item in value
            ]
        else:
            found[field] = value
    return found


def _cells(field: str, item: Mapping[str, Any]) -> list[str]:
    date = item.get("date") or {}
    flat = {**item, "date": date.get("text"), "anchor": date.get("anchor")}
    return [
        ",".join(cell) if isinstance(cell := flat.get(part), list) else cell or "" for part in PARTS[field]
    ]


def as_records(page: Page, extractions: Sequence[lx.data.Extraction]) -> dict[str, Any]:
    """The page's records, computed from the words as hyllm computes its own."""
    locator = Locator(page.text, split_units(page.text))
    readings: dict[str, list[Any]] = {kind.hyllm.plural: [] for kind in KINDS.values()}
    located: dict[str, list[tuple[int, int] | None]] = {kind.hyllm.plural: [] for kind in KINDS.values()}
    for one in extractions:
        kind = next((kind for kind in KINDS.values() if kind.hyllm.name == one.extraction_class), None)
        if kind is None:
            continue
        span = one.char_interval
        place = (span.start_pos, span.end_pos) if span and span.start_pos is not None else None
        units = [
            n
            for n, unit in enumerate(locator.units, 1)
            if place and unit.start < place[1] and place[0] < unit.end
        ]
        said = reading(kind, one, units)
        if said is not None:
            readings[kind.hyllm.plural].append(said)
            located[kind.hyllm.plural].append(place)
    resolved = resolve_page(
        locator,
        readings,
        tuple(KINDS.values()),
        page_sha256=page.text_sha256,
        issue_date=page.issue_date,
        city="衡阳",
    )
    records: dict[str, Any] = {
        plural: [record.model_dump(mode="json") for record in some]
        for plural, some in resolved.records.items()
    }
    records["grounding"] = [
        {"at": f"/{plural}/{index}/name", "start": place[0], "end": place[1], "status": "exact"}
        for plural, places in located.items()
        if len(places) == len(records[plural])  # none were merged: indices hold
        for index, place in enumerate(places)
        if place
    ]
    return records


def reading(kind: type[Record], one: lx.data.Extraction, units: Sequence[int]) -> Any:
    """What an extraction says, as hyllm reads answers; parts that do not fit are left out."""
    model = reading_model(kind)
    said: dict[str, Any] = {"name": one.extraction_text, "evidence": list(units)}
    for field, value in (one.attributes or {}).items():
        if field not in model.model_fields or field in ("name", "evidence"):
            continue
        items = value if isinstance(value, list) else [value]
        if field in PARTS:
            said[field] = [item for text in items if (item := part(field, str(text)))]
        elif field == "date":
            text, _, anchor = str(items[0]).partition("|")
            said[field] = {"text": text, "anchor": anchor or None}
        elif field in ("aliases", "organisers", "topics"):
            said[field] = [str(item) for item in items]
        else:
            said[field] = str(items[0])
    while True:
        try:
            return model.model_validate(said)
        except ValidationError as error:
            top, *rest = error.errors()[0]["loc"]
            if rest and isinstance(rest[0], int):
                del said[top][rest[0]]
            elif top in said and top not in ("name", "evidence"):
                del said[top]
            else:
                return None


def part(field: str, text: str) -> dict[str, Any] | None:
    cells = dict(zip(PARTS[field], [cell.strip() or None for cell in text.split("|")], strict=False))
    if "roles" in cells:
        cells["roles"] = [role for role in (cells["roles"] or "attended").split(",") if role]
    if field == "milestones":
        anchor = cells.pop("anchor", None)
        cells["date"] = {"text": cells["date"], "anchor": anchor} if cells.get("date") else None
    return cells


if __name__ == "__main__":
    main()
