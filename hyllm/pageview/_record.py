"""A record as a card: its fields, what was computed, and what is wrong with them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from hyllm.html import bidi_safe, both, plain
from hyllm.pageview._words import STATUSES, field_name, kind_name, place_of, reason_name

Json = Mapping[str, Any]
_HIDDEN = ("id", "evidence")


class Card:
    """The card of one record."""

    def __init__(self, line: Json, number: int) -> None:
        self._number = number
        self._places = {entry["at"]: entry for entry in line.get("grounding", ())}
        self._problems: dict[str, list[Json]] = {}
        for problem in line.get("problems", ()):
            self._problems.setdefault(problem["at"], []).append(problem)

    def html(self, plural: str, index: int, record: Json, classes: str) -> str:
        """The card; `classes` give it its colour."""
        at = f"/{plural}/{index}"
        title = self._value(f"{at}/name", record.get("name") or record.get("id") or "")
        fields = "".join(
            f"<tr><th scope=row>{field_name(name)}</th><td>{self._any(f'{at}/{name}', value)}</td></tr>"
            for name, value in record.items()
            if name not in ("name", *_HIDDEN) and value not in (None, [], "")
        )
        quotes = "".join(
            f"<li>{self._button(f'{at}/evidence/{place}/quote', evidence['quote'])}</li>"
            for place, evidence in enumerate(record.get("evidence") or ())
        )
        worst = " marked" if self._is_marked(at) else ""
        return (
            f'<article class="card {classes}{worst}" tabindex=0 data-at="{self._number}:{at}"'
            f' data-kind="{plain(plural)}"><h3>{title}</h3>'
            f"<p class=id>{kind_name(plural)} · {plain(str(record.get('id') or ''))}</p>"
            f"<table>{fields}</table>"
            f"<details><summary>{both('evidence', '依据')}</summary><ul>{quotes}</ul></details></article>"
        )

    def _is_marked(self, at: str) -> bool:
        return any(where == at or where.startswith(f"{at}/") for where in self._problems)

    def _any(self, at: str, value: Any) -> str:
        if isinstance(value, dict):
            return self._object(at, cast("Json", value))
        if isinstance(value, list):
            items = "".join(
                f"<li>{self._any(f'{at}/{place}', one)}</li>"
                for place, one in enumerate(cast("Sequence[Any]", value))
            )
            return f"<ul>{items}</ul>"
        return self._value(at, value)

    def _object(self, at: str, value: Json) -> str:
        """Words with what was computed from them, or a group of fields in one line."""
        if "text" in value and not isinstance(value["text"], dict):
            words = self._value(f"{at}/text", value["text"])
            rest = {
                name: one for name, one in value.items() if name != "text" and one not in (None, [], "exact")
            }
            if "type" in rest and len(rest) == 1:
                return f"{words} <small>{plain(str(rest['type']))}</small>"
            computed = " ".join(
                f"{one:,}" if isinstance(one, int | float) else str(one) for one in rest.values()
            )
            return (
                f"{words} <output>{plain(computed)}</output>{self._faults(at)}"
                if computed
                else (f"{words}{self._faults(at)}")
            )
        parts = [self._any(f"{at}/{name}", one) for name, one in value.items() if one not in (None, [], "")]
        return " · ".join(parts)

    def _value(self, at: str, value: Any) -> str:
        shown = f"{value:,}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
        return self._button(at, shown) if at in self._places else f"{bidi_safe(shown)}{self._faults(at)}"

    def _button(self, at: str, words: str) -> str:
        """Words that lead to their place on the page."""
        entry = self._places.get(at)
        status = entry["status"] if entry else "exact"
        place = place_of(entry["start"], entry["end"]) if entry and entry["start"] is not None else ""
        told = " ".join(filter(None, [place, STATUSES.get(status, "")]))
        note = f' title="{plain(told)}"' if told else ""
        faults = self._faults(at)
        if status == "missing":
            return f"<span class=missing{note}>{bidi_safe(words)}</span>{faults}"
        shown = f" <small class=place>{place}</small>" if place else ""
        return (
            f'<button type=button class="to {plain(status)}" data-ref="{self._number}:{plain(at)}"{note}>'
            f"{bidi_safe(words)}</button>{shown}{faults}"
        )

    def _faults(self, at: str) -> str:
        return "".join(
            self._fault(problem) for where in (at, f"{at}/edtf") for problem in self._problems.get(where, ())
        )

    def _fault(self, problem: Json) -> str:
        return f' <em class=fault title="{plain(problem["message"])}">{reason_name(problem["reason"])}</em>'


def problem_items(line: Json) -> Iterator[str]:
    """The problems of a page, an item each."""
    for problem in line.get("problems", ()):
        text = f" {bidi_safe(problem['text'])}" if problem["text"] else ""
        where = f" <small>{plain(problem['at'])}</small>" if problem["at"] else ""
        said = f"{text} {plain(problem['message'])}{where}"
        yield f"<li><em class=fault>{reason_name(problem['reason'])}</em>{said}</li>"
