"""The gold files of a folder: a JSON object a page, checked as it is read."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hyllm.errors import UsageError
from hyllm.kinds import KINDS
from hyllm.schemas import Record
from hyllm.scoring._records import Json
from hyllm.scoring._shape import Fault, record_list_check
from hyllm.scoring._uncollected import uncollected

_ABOUT_PAGE = ("paper", "issue_date", "page_no")
_MOST_TOLD = 8
DIGESTS = "digests.json"
"""Beside the gold files: what each one's digest is, and its page's."""


@dataclass(frozen=True, slots=True)
class GoldPage:
    """What is true of one page."""

    page: str
    raw: Json
    """The JSON object of the file."""
    path: Path
    digest: str
    """SHA-256 of the canonical JSON."""
    doubtful: bool = True
    """Whether it may have alternatives or optional parts; without any, much is quicker."""

    def records(self, plural: str) -> Any:
        """The list of one kind, or `any_of` such lists."""
        return self.raw.get(plural, [])


@uncollected
def read_gold(folder: str | Path, kinds: Sequence[type[Record]] = tuple(KINDS.values())) -> list[GoldPage]:
    """The gold pages of a folder (every *.json below it), of one file, or of a JSON Lines file, by page.

    Raises:
        UsageError: nothing is there, or a file is no gold; the message names file, JSON Pointer and fault.
    """
    pages: dict[str, GoldPage] = {}
    for path, where, raw, doubtful in gold_objects(Path(folder)):
        faults = [fault for fault in gold_faults(raw, kinds) if not fault.absent]
        if faults:
            told = [f"{where} at {fault.at or '/'}: {fault.message}" for fault in faults[:_MOST_TOLD]]
            more = [f"and {len(faults) - _MOST_TOLD} more"] if len(faults) > _MOST_TOLD else []
            raise UsageError("gold: " + "\n  ".join([*told, *more]))
        page = raw["page"]
        if page in pages:
            raise UsageError(f"gold: {where} and {pages[page].path} are both page {page!r}")
        pages[page] = GoldPage(page, raw, path, digest_of(raw), doubtful)
    return [pages[page] for page in sorted(pages)]


def gold_objects(folder: Path) -> list[tuple[Path, str, Any, bool]]:
    """Each JSON object with its file, the words that name its place, and whether it may be doubtful."""
    if folder.is_dir():
        files = sorted(path for path in folder.rglob("*.json") if path.name != DIGESTS)
        if not files:
            raise UsageError(f"gold: no *.json below {folder}")
    else:
        files = [folder]
    found: list[tuple[Path, str, Any, bool]] = []
    for path in files:
        text = _read(path)
        if path.suffix == ".jsonl":
            lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        else:
            lines = [(0, text)]
        for number, line in lines:
            where = f"{path}:{number}" if number else str(path)
            doubtful = '"any_of"' in line or '"optional"' in line
            found.append((path, where, _parsed(line, where), doubtful))
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start})") from error


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise UsageError(f"{where}: no JSON: {error}") from error


def gold_faults(raw: Any, kinds: Sequence[type[Record]]) -> list[Fault]:
    """What is wrong with the shape of one gold page."""
    if not isinstance(raw, dict):
        return [Fault("", "must be an object with page, paper, issue_date, page_no and a list for each kind")]
    node = cast("dict[str, Any]", raw)
    faults: list[Fault] = []
    if not isinstance(node.get("page"), str) or not node["page"]:
        faults.append(Fault("/page", "must be the page's id"))
    for name in _ABOUT_PAGE:
        if name not in node:
            faults.append(Fault(f"/{name}", "is not there", absent=True))
        elif not isinstance(node[name], str | None):
            faults.append(Fault(f"/{name}", "must be text or null"))
    known = {"page", *_ABOUT_PAGE, *(kind.hyllm.plural for kind in KINDS.values())}
    for kind in kinds:
        plural = kind.hyllm.plural
        known.add(plural)
        if plural not in node:
            faults.append(Fault(f"/{plural}", "is not there; a page without any has []"))
        else:
            found = record_list_check(kind, "gold")(node[plural])
            faults += [fault._replace(at=f"/{plural}{fault.at}") for fault in found]
    faults += [Fault(f"/{name}", "is no field of a gold page") for name in node if name not in known]
    return faults


def digest_of(raw: Any) -> str:
    """SHA-256 of the canonical JSON: sorted keys, no white space."""
    text = json.dumps(raw, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def gold_digest(pages: Sequence[GoldPage]) -> str:
    """One digest for all gold pages of a run."""
    return digest_of({page.page: page.digest for page in pages})
