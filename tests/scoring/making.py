"""Small gold pages and predictions, made in one line."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hyllm.kinds import KINDS
from hyllm.schemas import Record
from hyllm.scoring import About, GoldPage, PageText, Prediction, Score, metrics, score

Json = dict[str, Any]
ALL = tuple(KINDS.values())


def money(
    text: str, amount: float | None, *, bound: str | None = "exact", upper: float | None = None
) -> Json:
    return {"text": text, "amount": amount, "currency": amount and "CNY", "bound": bound, "upper": upper}


def quantity(text: str, value: float | None, unit: str | None, *, bound: str = "exact") -> Json:
    return {"text": text, "value": value, "unit": unit, "bound": bound, "upper": None}


def date(text: str, edtf: str | None = None) -> Json:
    return {"text": text, "edtf": edtf}


def milestone(stage: str, when: Any = None, status: str = "reached") -> Json:
    return {"stage": stage, "date": when, "status": status}


def party(name: Any, role: Any = "investor", **more: Any) -> Json:
    return {"name": name, "role": role, **more}


def figure(measure: str, amount: Json, period: str = "year", status: str = "promised") -> Json:
    return {"measure": measure, "quantity": amount, "period": period, "status": status}


def project(name: Any, **fields: Any) -> Json:
    empty: Json = {"aliases": [], "count": None, "milestones": [], "place": None, "parties": []}
    empty |= {"investment": None, "area": None, "figures": [], "evidence": [{"quote": "某处"}]}
    return {"name": name, **empty, **fields}


def person(name: str, *roles: str) -> Json:
    return {"name": name, "roles": list(roles)}


def meeting(name: Any, **fields: Any) -> Json:
    empty: Json = {"type": "conference", "session": None, "date": None, "place": None, "organisers": []}
    empty |= {"participants": [], "topics": [], "outcomes": [], "evidence": [{"quote": "某处"}]}
    return {"name": name, **empty, **fields}


def post(organisation: str | None, title: str, status: str = "holds") -> Json:
    return {"organisation": organisation, "title": title, "status": status}


def official(name: Any, *posts: Json, **more: Any) -> Json:
    return {"name": name, "posts": list(posts), "evidence": [{"quote": "某处"}], **more}


def page(page_id: str = "p1", **lists: Any) -> Json:
    """A gold page, which is a prediction too."""
    found: Json = {"page": page_id, "paper": None, "issue_date": None, "page_no": None}
    empty: Json = {"projects": [], "meetings": [], "officials": []}
    return found | empty | lists


def scored(
    gold: Json | Sequence[Json],
    predicted: Json | Sequence[Json],
    *,
    texts: Mapping[str, PageText] | None = None,
    about: Mapping[str, About] | None = None,
    kinds: Sequence[type[Record]] = ALL,
) -> Score:
    golds = [gold] if isinstance(gold, dict) else gold
    predictions = [predicted] if isinstance(predicted, dict) else predicted
    return score(
        [GoldPage(one["page"], one, Path("gold.json"), one["page"]) for one in golds],
        [Prediction(one["page"], one) for one in predictions],
        texts=texts,
        about=about,
        kinds=kinds,
    )


def numbers(gold: Json | Sequence[Json], predicted: Json | Sequence[Json], **more: Any) -> Json:
    return metrics(scored(gold, predicted, **more))


def counts(row: Json) -> tuple[int, int, int, int]:
    """cor, inc, mis, spu."""
    return row["cor"], row["inc"], row["mis"], row["spu"]


def slots(gold: Json, predicted: Json) -> tuple[int, int, int, int]:
    """The headline's counts."""
    return counts(numbers(gold, predicted)["slots"])
