"""Gold JSON rebuilt value by value, by the fields of the record classes."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Annotated, Any, Final, Literal, NamedTuple, cast, get_args, get_origin

from hyllm.schemas import Date, Evidence, Money, Part, Quantity, without_none


class _Lost(Enum):
    LOST = "lost"


LOST: Final = _Lost.LOST
"""What a value becomes that stands on the page no more."""

Sort = Literal["text", "date", "amount", "quote"]


class Value(NamedTuple):
    """A value of gold that has words of its own."""

    at: str
    """Its JSON Pointer in the gold page."""
    sort: Sort
    raw: Any
    """The text, or the object with `text` or `quote`."""

    @property
    def words(self) -> str:
        if isinstance(self.raw, str):
            return self.raw
        return self.raw["quote" if self.sort == "quote" else "text"]


Renew = Callable[[Value], Any]
"""Gives the value anew, or `LOST`; for a quote a list of them, since what is torn is several."""


def rebuilt(annotation: Any, raw: Any, at: str, renew: Renew) -> Any:
    """The JSON `raw` of a field with every value renewed.

    A lost value is left out: `null` where the field allows it, else what holds it goes too, up to the
    nearest item of a list. Alternatives that have become the same are one.
    """
    if isinstance(raw, dict) and "any_of" in raw:
        return _alternatives(annotation, cast("dict[str, Any]", raw), at, renew)
    plain = without_none(annotation)
    if get_origin(plain) is Annotated:
        plain = get_args(plain)[0]
    if raw is None:
        return None
    if sort := _sort(plain):
        if (words := _doubtful_words(raw)) is None:
            return renew(Value(at, sort, raw))
        node = cast("dict[str, Any]", raw)
        options = [{**node, words: option} for option in node[words]["any_of"]]
        return _alternatives(annotation, {"any_of": options}, at, renew)
    return _compound(plain, raw, at, renew)


def _doubtful_words(raw: Any) -> str | None:
    """The name of the field that holds alternatives of a value's words, if any does."""
    if isinstance(raw, dict):
        return next((name for name in ("text", "quote") if isinstance(raw.get(name), dict)), None)  # pyright: ignore[reportUnknownMemberType]
    return None


def _sort(annotation: Any) -> Sort | None:
    if annotation is str:
        return "text"
    if annotation is Date:
        return "date"
    if annotation in (Money, Quantity) or set(get_args(annotation)) == {Money, Quantity}:
        return "amount"
    return "quote" if annotation is Evidence else None


def _compound(annotation: Any, raw: Any, at: str, renew: Renew) -> Any:
    if get_origin(annotation) is list:
        items: list[Any] = []
        for place, item in enumerate(cast("list[Any]", raw)):
            new = rebuilt(get_args(annotation)[0], item, f"{at}/{place}", renew)
            items += new if isinstance(new, list) else [] if new is LOST else [new]
        return items
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return _part(annotation, cast("dict[str, Any]", raw), at, renew)
    return raw


def _part(part: type[Part], raw: Mapping[str, Any], at: str, renew: Renew) -> Any:
    new: dict[str, Any] = {}
    for name, value in raw.items():
        info = part.model_fields.get(name)
        new[name] = rebuilt(info.annotation, value, f"{at}/{name}", renew) if info else value
        if new[name] is LOST:
            if info is None or type(None) not in get_args(info.annotation):
                return LOST
            new[name] = None
    return new


def _alternatives(annotation: Any, raw: Mapping[str, Any], at: str, renew: Renew) -> Any:
    options: list[Any] = []
    for place, option in enumerate(raw["any_of"]):
        new = rebuilt(annotation, option, f"{at}/any_of/{place}", renew)
        if new is not LOST and new not in options:
            options.append(new)
    if not options:
        return LOST
    more = {name: value for name, value in raw.items() if name != "any_of"}
    if len(options) > 1:
        return {"any_of": options, **more}
    only: Any = options[0]
    return cast("dict[str, Any]", only) | more if more and isinstance(only, dict) else only
