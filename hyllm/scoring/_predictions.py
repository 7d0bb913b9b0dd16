"""The prediction lines of a run: JSON Lines, a page a line."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from hyllm.errors import UsageError
from hyllm.kinds import KINDS
from hyllm.schemas import Record
from hyllm.scoring._gold import DIGESTS
from hyllm.scoring._records import Json
from hyllm.scoring._shape import record_list_check
from hyllm.scoring._uncollected import uncollected

_MOST_TOLD = 8


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a run says of one page."""

    page: str
    raw: Json
    """The JSON object of the line."""
    doubtful: bool = True
    """Whether it may have alternatives or optional parts, which are passed over."""

    @property
    def failed(self) -> bool:
        """Whether there is no answer, whole or in part: refused, failed, or broken off."""
        status = self.raw.get("status", "done")
        lost = {"failed", "refused", "truncated"}
        return status == "failed" or any(
            problem.get("reason") in lost
            for problem in self.raw.get("problems") or ()
            if not problem.get("at")
        )

    def records(self, plural: str) -> list[Any]:
        """The records of a kind; of a page that failed, none."""
        return [] if self.failed else list(self.raw.get(plural) or [])


@uncollected
def read_predictions(
    path: str | Path, kinds: Sequence[type[Record]] = tuple(KINDS.values())
) -> list[Prediction]:
    """The predictions of a JSON Lines file, or the gold files of a folder with their first alternatives.

    Raises:
        UsageError: a line is no prediction; the message names line, JSON Pointer and fault.
    """
    path = Path(path)
    found: dict[str, Prediction] = {}
    for where, text in _lines(path):
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise UsageError(f"{where}: no JSON: {error}") from error
        doubtful = '"any_of"' in text or '"optional"' in text
        prediction = checked_prediction(raw, kinds, where, doubtful=doubtful)
        if prediction.page in found:
            raise UsageError(f"{where}: page {prediction.page!r} is there a second time")
        found[prediction.page] = prediction
    if not found:
        raise UsageError(f"{path}: no prediction in it")
    return list(found.values())


def _lines(path: Path) -> list[tuple[str, str]]:
    try:
        if path.is_dir():
            return [
                (str(file), file.read_text(encoding="utf-8-sig"))
                for file in sorted(path.rglob("*.json"))
                if file.name != DIGESTS
            ]
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start})") from error
    if path.suffix == ".json":
        return [(str(path), text)]
    # not splitlines(): a quote may hold U+2028, which ends no line of JSON
    return [(f"{path}:{n}", line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]


def checked_prediction(
    raw: Any, kinds: Sequence[type[Record]], where: str, *, doubtful: bool = True
) -> Prediction:
    """The prediction in one JSON object, if it is one."""
    if not isinstance(raw, dict) or not isinstance(cast("Json", raw).get("page"), str):
        raise UsageError(f"{where}: must be an object with the page's id under page")
    node = cast("dict[str, Any]", raw)
    told: list[str] = []
    for kind in kinds:
        plural = kind.hyllm.plural
        for fault in record_list_check(kind, "prediction")(node[plural]) if plural in node else ():
            told.append(f"{where} at /{plural}{fault.at}: {fault.message}")
    for name in ("grounding", "problems", "unclaimed"):
        entries = node.get(name)
        if entries is not None and not (
            isinstance(entries, list) and all(isinstance(one, dict) for one in cast("list[Any]", entries))
        ):
            told.append(f"{where} at /{name}: must be a list of objects")
    if told:
        raise UsageError("\n  ".join(told[:_MOST_TOLD]))
    return Prediction(node["page"], node, doubtful)
