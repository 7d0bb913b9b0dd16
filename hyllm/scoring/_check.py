"""Whether gold is sound: its shape, its words, its numbers, its share of doubt, its digests."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from hyllm.errors import UsageError
from hyllm.schemas import Record
from hyllm.scoring._doubt import Doubt, doubt
from hyllm.scoring._edtf import days
from hyllm.scoring._gold import DIGESTS, digest_of, gold_faults, gold_objects
from hyllm.scoring._leaves import Leaf, leaves
from hyllm.scoring._source import PageText
from hyllm.scoring._texts import folded
from hyllm.values import Refusal, parse_date, parse_money, parse_quantity

_YEAR = re.compile(r"[\d〇○零一二三四五六七八九]{2,4}年")
MOST_DOUBT = 0.1
"""`any_of` and `optional` are for real doubt."""

Rule = Literal["shape", "words", "number", "date", "record", "doubt", "digest"]


class Finding(NamedTuple):
    """Something gold check has to say."""

    file: str
    at: str
    rule: Rule
    message: str
    certain: bool = True
    """A doubt that a person must settle is not certain, and fails nothing."""


class Checked(NamedTuple):
    """What a check found."""

    findings: list[Finding]
    pages: int
    without_text: list[str]
    """Pages whose words could not be checked."""
    doubt: Doubt

    @property
    def failed(self) -> bool:
        return any(finding.certain for finding in self.findings)


def check_gold(folder: str | Path, kinds: Sequence[type[Record]], texts: Mapping[str, PageText]) -> Checked:
    """Everything that is wrong, or doubtful, with the gold files of a folder.

    Raises:
        UsageError: a file cannot be read, or is no JSON.
    """
    found: list[Finding] = []
    total, without, seen = Doubt(), list[str](), dict[str, str]()
    for path, where, raw, _ in gold_objects(Path(folder)):
        faults = gold_faults(raw, kinds)
        found += [Finding(where, fault.at, "shape", fault.message) for fault in faults]
        if any(not fault.absent for fault in faults):
            continue
        page = raw["page"]
        if page in seen:
            found.append(Finding(where, "/page", "shape", f"{seen[page]} is page {page!r} too"))
        seen[page] = where
        if path.suffix == ".json" and path.stem != page.rpartition("/")[2]:
            found.append(Finding(where, "/page", "shape", f"{page!r} is not the file's name"))
        if page not in texts:
            without.append(page)
        for kind in kinds:
            total.add(doubt(raw[kind.hyllm.plural]))
            for at, rule, message, certain in _check_kind(kind, raw, texts.get(page)):
                found.append(Finding(where, at, rule, message, certain))
    if total.doubtful > MOST_DOUBT * total.values:
        share = f"{total.doubtful} of {total.values} values are under any_of or optional; at most one in ten"
        found.append(Finding(str(folder), "", "doubt", share))
    found += _check_digests(Path(folder), texts)
    return Checked(found, len(seen), without, total)


_Said = tuple[str, Rule, str, bool]


def _check_kind(kind: type[Record], raw: Any, text: PageText | None) -> Iterator[_Said]:
    plural = kind.hyllm.plural
    issue_date: str | None = raw.get("issue_date")
    for leaf in leaves(kind, raw[plural], f"/{plural}"):
        yield from _check_part(leaf)
        yield from _check_words(leaf, text)
        if leaf.sort == "amount":
            yield from _check_amount(leaf)
        elif leaf.sort == "date":
            yield from _check_date(leaf, issue_date)
    yield from _check_twins(kind, raw[plural], f"/{plural}")


def _check_words(leaf: Leaf, text: PageText | None) -> Iterator[_Said]:
    """Every text stands on the page, white space and widths aside."""
    if text is None or leaf.sort == "part":
        return
    if leaf.sort == "number":
        if not text.holds("number", leaf.raw):
            yield leaf.at, "number", f"{leaf.raw} stands nowhere on the page as a number", False
        return
    words: Any = leaf.raw["text"] if leaf.sort in ("date", "amount") else leaf.raw
    options = cast("list[Any]", words["any_of"] if isinstance(words, dict) else [words])
    for option in options:
        if isinstance(option, str) and (not folded(option) or folded(option) not in text.view):
            shown = option if len(option) < 40 else option[:39] + "…"
            yield leaf.at, "words", f"{shown!r} does not stand on the page", True


def _check_amount(leaf: Leaf) -> Iterator[_Said]:
    """The numbers are those of the text."""
    raw: Any = leaf.raw
    if any(isinstance(value, dict) for value in raw.values()):
        return
    money = "amount" in raw
    value = parse_money(raw["text"]) if money else parse_quantity(raw["text"])
    names = ("amount", "currency", "bound", "upper") if money else ("value", "unit", "bound", "upper")
    if isinstance(value, Refusal):
        if raw[names[0]] is not None:
            yield leaf.at, "number", f"no value follows from the text: {value.message}", False
        return
    for name in names:
        if raw.get(name) != getattr(value, name):
            said, read = raw.get(name), getattr(value, name)
            yield f"{leaf.at}/{name}", "number", f"{raw['text']!r} is {read}, gold says {said}", True


def _check_date(leaf: Leaf, issue_date: str | None) -> Iterator[_Said]:
    """The EDTF is one, and the one the text states where it stands on its own."""
    raw: Any = leaf.raw
    edtf = raw.get("edtf")
    if edtf is None or isinstance(edtf, dict) or isinstance(raw["text"], dict):
        return
    if days(edtf) is None:
        yield f"{leaf.at}/edtf", "date", f"{edtf!r} is no EDTF date or interval (level 1)", True
        return
    readings = [parse_date(raw["text"], issue_date=issue_date, sentence=word) for word in ("", "将")]
    values = [reading.edtf for reading in readings if not isinstance(reading, Refusal)]
    values += [value.removesuffix("/..") for value in values]
    if values and edtf not in values:
        # a year in the text leaves no room; without one, another date of the page may be meant
        certain = _YEAR.search(raw["text"]) is not None and not any(
            word in raw["text"] for word in "今去明同次当"
        )
        yield f"{leaf.at}/edtf", "date", f"{raw['text']!r} reads as {values[0]}, gold says {edtf}", certain


def _check_part(leaf: Leaf) -> Iterator[_Said]:
    """Rules that hold within one record."""
    if leaf.sort != "part":
        return
    raw: Any = leaf.raw
    if raw.get("evidence") == []:
        yield f"{leaf.at}/evidence", "record", "a record rests on at least one quote", True
    roles: Any = raw.get("roles")
    if (
        isinstance(roles, list)
        and "attended" in roles
        and set(cast("list[str]", roles)) - {"attended", "instructed"}
    ):
        yield f"{leaf.at}/roles", "record", "attended stands only where no other role is stated", True
    milestones: Any = raw.get("milestones")
    if isinstance(milestones, list):
        stages = Counter(_stage(one) for one in cast("list[Any]", milestones))
        for stage in (stage for stage, count in stages.items() if stage and count > 1):
            yield f"{leaf.at}/milestones", "record", f"{stage} is there twice", True


def _stage(milestone: Any) -> str | None:
    stage: Any = milestone.get("stage")
    return stage if isinstance(stage, str) and not milestone.get("optional") else None


def _check_twins(kind: type[Record], raw: Any, at: str) -> Iterator[_Said]:
    """Two records of one identity are suspicious."""
    if not isinstance(raw, list):
        return
    seen: dict[str, int] = {}
    for place, one in enumerate(cast("list[Any]", raw)):
        identity = [one.get(name) for name in kind.hyllm.identity]
        key = json.dumps(identity, ensure_ascii=False, sort_keys=True)
        if key in seen and "any_of" not in one:
            yield f"{at}/{place}", "record", f"has the same identity as {at}/{seen[key]}", False
        seen.setdefault(key, place)


def _check_digests(folder: Path, texts: Mapping[str, PageText]) -> Iterator[Finding]:
    path = folder / DIGESTS
    if not path.is_file():
        return
    try:
        known: Any = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise UsageError(f"{path}: no JSON: {error}") from error
    now = digests(folder, texts)
    for page in sorted(known.keys() | now.keys()):
        if page not in now or page not in known:
            where = "no gold file" if page not in now else "no digest"
            yield Finding(str(path), f"/{page}", "digest", f"there is {where} for page {page!r}")
            continue
        for name, value in now[page].items():
            if known[page].get(name, value) != value:
                yield Finding(
                    str(path), f"/{page}/{name}", "digest", f"the {name} of page {page!r} has changed"
                )


def digests(folder: Path, texts: Mapping[str, PageText]) -> dict[str, dict[str, str]]:
    """For each page the digest of its gold, and of its text where that is at hand."""
    found: dict[str, dict[str, str]] = {}
    for _, _, raw, _ in gold_objects(folder):
        if not isinstance(raw, dict) or not isinstance(cast("dict[str, Any]", raw).get("page"), str):
            continue
        page = str(cast("dict[str, Any]", raw)["page"])
        found[page] = {"gold": digest_of(raw)}
        if page in texts:
            found[page]["text"] = texts[page].sha256
    return found
