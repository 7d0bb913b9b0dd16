"""How much of a score survives when the recorded answers are damaged."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from hyllm.archive import Page
from hyllm.errors import InternalError
from hyllm.evals._damage import DAMAGES, Damage, damaged
from hyllm.extract import Extractor
from hyllm.extraction import Extraction
from hyllm.kinds import find_kinds
from hyllm.recordings import Interaction, Recordings
from hyllm.schemas import Record
from hyllm.scoring import GoldPage, Prediction, score

SHARES = (0.05, 0.1, 0.2)
_OF_THE_PAGE = ("failed", "refused", "truncated")


@dataclass(frozen=True, slots=True)
class Survival:
    """What is left of a score under one damage."""

    damage: Damage | None
    """`None`: the answers as they are recorded."""
    share: float
    slots_f1: float | None
    """As any run is scored: a page whose answer broke off counts as all missing."""
    kept_f1: float | None
    """The same, but of such a page counts what was kept."""
    records_f1: float | None
    """Of the records that were kept."""
    partial: int
    """Pages of which something is marked as lost."""
    failed: int
    crashed: int
    """Pages that ended in an error of hyllm's own."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def robustness(
    suite: Path,
    strategy: str,
    pages: Sequence[Page],
    gold: Sequence[GoldPage] | None,
    *,
    shares: Sequence[float] = SHARES,
    seed: int = 0,
) -> list[Survival]:
    """The scores of a suite's recorded answers, undamaged first, then under each damage and share.

    Nothing is asked again: what a model would mend in a further turn stays as it is.

    Args:
        suite: the folder of the recordings.
        strategy: one it is recorded in.
        pages: the recorded pages.
        gold: what is true of them; without, what the undamaged answers say.
        shares: how much is damaged.
        seed: the same seed damages the same.

    Raises:
        RecordingError: a page is not recorded, or its recording is stale.
        UsageError: no page has gold.
    """
    whole = Recordings(suite, strategy)
    kinds = find_kinds(whole.meta().kinds)
    results = Extractor(replay=whole, ask_again=False).map(pages)
    error = next((one.error for one in results if one.error), None)
    if error is not None:
        raise error
    gold = gold or [_as_gold(result, kinds) for result in results]
    found = [_survival(None, 0.0, results, gold, kinds)]
    for damage in DAMAGES:
        for share in shares:
            results = Extractor(
                replay=_damaged(suite, strategy, kinds, damage, share, seed), ask_again=False
            ).map(pages)
            found.append(_survival(damage, share, results, gold, kinds))
    return found


def _damaged(
    suite: Path, strategy: str, kinds: Sequence[type[Record]], damage: Damage, share: float, seed: int
) -> Recordings:
    def through(page: str, one: Interaction) -> Interaction:
        return replace(one, answer=damaged(one.answer, kinds, damage, share, seed, page, one.key))

    return Recordings(suite, strategy, through=through)


def _survival(
    damage: Damage | None,
    share: float,
    results: Sequence[Extraction],
    gold: Sequence[GoldPage],
    kinds: Sequence[type[Record]],
) -> Survival:
    lines = [result.to_json() for result in results]
    scored = score(gold, [Prediction(line["page"], line) for line in lines], kinds=kinds)
    kept = score(gold, [Prediction(line["page"], _kept(line)) for line in lines], kinds=kinds)
    return Survival(
        damage,
        share,
        scored.slots().f1,
        kept.slots().f1,
        kept.records().f1,
        sum(result.status == "partial" for result in results),
        sum(result.status == "failed" for result in results),
        sum(isinstance(result.error, InternalError) for result in results),
    )


def _as_gold(result: Extraction, kinds: Sequence[type[Record]]) -> GoldPage:
    """A prediction as if it were true."""
    line = result.to_json()
    raw = {"page": line["page"]} | {kind.hyllm.plural: line[kind.hyllm.plural] for kind in kinds}
    return GoldPage(line["page"], raw, Path(), "", doubtful=False)


def _kept(line: dict[str, Any]) -> dict[str, Any]:
    """A prediction without what makes the scorer pass over all its records."""
    problems = [one for one in line["problems"] if one["at"] or one["reason"] not in _OF_THE_PAGE]
    return line | {"status": "done", "problems": problems}
