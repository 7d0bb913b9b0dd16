"""`hyllm eval robustness`: how much of a score survives damaged answers."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from hyllm.archive import find_pages, read_page
from hyllm.errors import UsageError
from hyllm.escaping import json_line
from hyllm.evals import SHARES, Survival, robustness
from hyllm.scoring import read_gold
from hyllm.settings import known_strategy, recorded_strategy
from hyllm.strategies import STRATEGIES

_FOLDER = click.Path(exists=True, path_type=Path)
_CRASHED = 1


@click.command("robustness")
@click.argument("suite", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--pages", type=_FOLDER, required=True, metavar="DIR", help="The recorded pages' texts.")
@click.option("--gold", type=_FOLDER, metavar="DIR", help="The gold files.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="Which of the recorded strategies.")
@click.option(
    "--share",
    "shares",
    type=click.FloatRange(0, 1),
    multiple=True,
    metavar="SHARE",
    help="How much is damaged, 0 to 1; may be repeated.  [default: .05, .1, .2]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed damages the same.")
@click.option("--json", "as_json", is_flag=True, help="JSON Lines.")
def robustness_command(
    suite: Path,
    *,
    pages: Path,
    gold: Path | None,
    strategy: str | None,
    shares: Sequence[float],
    seed: int,
    as_json: bool,
) -> None:
    """Damage the recorded answers of SUITE by a seeded program, and score what is left.

    Records are left out, words said otherwise, choices wrong, keys in another case, answers cut off and
    fenced. Nothing is sent, so nothing is asked again: it is the least that survives. Without --gold the
    undamaged answers are the measure. Exit status 1 means that hyllm itself failed on a page.
    """
    chosen = [read_page(file.path, file.page) for file in find_pages([pages])]
    known = None if gold is None else read_gold(gold)
    if known is not None:
        labelled = {page.page for page in known}
        chosen = [page for page in chosen if page.page in labelled]
    if not chosen:
        raise UsageError(f"no page of {pages} has gold in {gold}")
    found = robustness(
        suite,
        known_strategy(strategy) if strategy else recorded_strategy(suite),
        chosen,
        known,
        shares=shares or SHARES,
        seed=seed,
    )
    for line in map(json_line, (one.to_json() for one in found)) if as_json else _table(found, len(chosen)):
        click.echo(line)
    if any(one.crashed for one in found):
        raise SystemExit(_CRASHED)


def _table(found: Sequence[Survival], pages: int) -> Iterator[str]:
    yield f"{pages} pages, nothing asked again; kept: pages that broke off count by what they kept"
    yield (
        f"{'damage':10} {'share':>6} {'F1 slots':>9} {'kept':>6} {'records':>8} "
        f"{'partial':>8} {'failed':>7} {'crashed':>8}"
    )
    for one in found:
        numbers = [_three(one.slots_f1), _three(one.kept_f1), _three(one.records_f1)]
        share = "" if one.damage is None else f"{one.share:.0%}"
        yield (
            f"{one.damage or 'none':10} {share:>6} {numbers[0]:>9} {numbers[1]:>6} {numbers[2]:>8} "
            f"{one.partial:>8} {one.failed:>7} {one.crashed:>8}"
        )


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
