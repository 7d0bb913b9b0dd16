"""What is known of a page beside its text: from one source, and from several in their order."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, NamedTuple

from hyllm.errors import PageError, UsageError

_ISSUE_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_WRITTEN_DATE = re.compile(
    r"([0-9]{4})(?:([-/._])([0-9]{1,2})(?:\2([0-9]{1,2}))?|年([0-9]{1,2})月(?:([0-9]{1,2})日)?"
    r"|([0-9]{2})([0-9]{2}))?(?:[ T]0{1,2}:00(?::00)?)?"
)
_PAPER = re.compile(r"(.+?)市?(?:日报|晚报|早报|晨报|午报|都市报|特区报|商报|时报|新报|青年报|日報|晚報)")
_NO_CITIES = frozenset(
    "人民 光明 经济 工人 农民 法治 法制 中国 新华 南方 华西 北方 东方 大众 解放 新民 参考 "
    "河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南 "
    "陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆".split()
)
"""What papers that are no city's are named after."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """What one source says of a page. `None`: it does not say."""

    paper: str | None = None
    """The newspaper's name, as in 衡阳日报."""
    issue_date: str | None = None
    """EDTF: YYYY-MM-DD, YYYY-MM or YYYY."""
    page_no: str | None = None
    """Text: 1, A3."""
    city: str | None = None
    """The city the paper is of, as in 衡阳; where no source says, it is told from the paper's name."""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Whatever else the source holds."""

    def over(self, weaker: "Metadata", source: str) -> tuple["Metadata", tuple[str, ...]]:
        """These, completed by a weaker source.

        Args:
            weaker: what fills the gaps.
            source: what `weaker` comes from, as it stands in a sentence: `file name`.

        Returns:
            The completed metadata, and a sentence for each field in which the two disagree.
        """
        merged: dict[str, Any] = {"extra": {**weaker.extra, **self.extra}}
        conflicts: list[str] = []
        for name in (f.name for f in fields(self) if f.name != "extra"):
            ours, theirs = getattr(self, name), getattr(weaker, name)
            if not _agree(name, ours, theirs):
                conflicts.append(f"{name}: {ours} is used, the {source} says {theirs}")
            merged[name] = theirs if ours is None else ours
        return Metadata(**merged), tuple(conflicts)


class Source(NamedTuple):
    """Metadata, and where they come from as it stands in a sentence: `file name`."""

    metadata: Metadata
    name: str


def combine(sources: Iterable[Source]) -> tuple[Metadata, tuple[str, ...]]:
    """The metadata of several sources, the strongest first; and a sentence for each disagreement."""
    known, conflicts = Metadata(), ()
    for metadata, name in sources:
        known, more = known.over(metadata, name)
        conflicts += more
    return known, conflicts


def _agree(name: str, ours: str | None, theirs: str | None) -> bool:
    """Whether two sources can both be right: 6 and 06; 2020-07 and 2020-07-30; 衡阳日报 and a code, hyrb."""
    if ours is None or theirs is None or ours == theirs:
        return True
    if name == "issue_date":
        return f"{theirs}-".startswith(f"{ours}-") or f"{ours}-".startswith(f"{theirs}-")
    if name == "page_no":
        return plain_number(ours) == plain_number(theirs)
    return ours.isascii() != theirs.isascii()


def plain_number(page_no: str) -> str:
    """A page's number without the zeros before it: 6 of 06, A3 of A03."""
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", page_no).upper()


def metadata_from(row: Mapping[str, Any], source: str) -> Metadata:
    """The metadata in a JSON object or a table's row; what is no field of `Metadata` goes into `extra`.

    Dates may be written as spreadsheets write them: 2020/7/30, 20200730, 2020年7月30日.

    Raises:
        PageError: a field holds neither text nor a number, or the date is none; it names `source`.
    """
    rest = dict(row)
    inner: Any = rest.pop("extra", None) or {}
    if not isinstance(inner, dict):
        raise PageError(f"{source}: extra must be an object")
    extra: dict[str, Any] = dict(inner)  # pyright: ignore[reportUnknownArgumentType]
    known = {
        name: _text(rest.pop(name, None), name, source) for name in ("paper", "issue_date", "page_no", "city")
    }
    if (written := known["issue_date"]) is not None:
        known["issue_date"] = _tidy_date(written, source)
    return Metadata(**known, extra=rest | extra)


def _text(value: object, name: str, source: str) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or isinstance(value, str):
        return (value or "").strip() or None
    raise PageError(f"{source}: {name} must be text")


def _tidy_date(text: str, source: str) -> str:
    try:
        return check_issue_date(written_date(text) or text)
    except UsageError as error:
        raise PageError(f"{source}: {error}") from error


def written_date(text: str) -> str | None:
    """A date written in digits, as EDTF: 2020-07-30 of 2020/7/30; `None` where it is not written so."""
    match = _WRITTEN_DATE.fullmatch(text)
    if match is None:
        return None
    year, _, *parts = match.groups()
    return "-".join([year, *(f"{int(part):02d}" for part in parts if part)])


def check_issue_date(text: str) -> str:
    """`text` if it is an issue date: YYYY-MM-DD, YYYY-MM or YYYY.

    Raises:
        UsageError: it is none.
    """
    match = _ISSUE_DATE.fullmatch(text)
    if match is None:
        raise UsageError(f"issue date {text!r} is not of the form YYYY-MM-DD, YYYY-MM or YYYY")
    try:
        date(*(int(part) for part in match.groups(default="1")))
    except ValueError as error:
        raise UsageError(f"issue date {text!r}: {error}") from error
    return text


def city_of(paper: str | None) -> str | None:
    """The city a paper is named after: 衡阳 of 衡阳日报; `None` for 人民日报, 湖南日报."""
    name = _PAPER.fullmatch(paper or "")
    return name.group(1) if name and name.group(1) not in _NO_CITIES else None
