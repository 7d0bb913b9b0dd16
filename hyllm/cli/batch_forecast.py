"""`hyllm batch run --dry-run`: what it would take, in words."""

from collections.abc import Iterator

from hyllm.batch import Forecast, Range
from hyllm.cli.batch_progress import duration

_GUESSED_SECONDS = 30.0


def forecast_lines(found: Forecast, concurrency: int, per_minute: float | None) -> Iterator[str]:
    """A forecast for people."""
    yield from cost_lines(found)
    seconds = found.seconds_a_request or _GUESSED_SECONDS
    rate = concurrency / seconds
    rate = min(rate, per_minute / 60) if per_minute else rate
    how = f"{seconds:.1f} s a request" if found.seconds_a_request else f"if a request takes {seconds:.0f} s"
    takes = max(found.requests.middle / rate, seconds)  # no run is over before its first answer
    yield f"time: {duration(takes)} at {concurrency} in flight, {how}"


def cost_lines(found: Forecast) -> Iterator[str]:
    """What it would take, without how long."""
    basis = (
        f"from {found.measured_on:,} pages of this archive that were asked"
        if found.measured_on
        else "guessed, since no page was asked yet; after --sample 100 it is measured"
    )
    yield f"to ask: {found.pages:,} page{'' if found.pages == 1 else 's'} ({basis})"
    yield f"requests: {_number(found.requests)}"
    yield f"tokens: {_number(found.prompt_tokens)} sent, {_number(found.completion_tokens)} received"
    if found.dollars is None:
        yield "cost: no price known; give --price IN/CACHED/OUT, dollars a million tokens"
    else:
        low, middle, high = found.dollars
        digits = 2 if middle >= 1 else 4
        yield f"cost: ${middle:,.{digits}f} (${low:,.{digits}f} to ${high:,.{digits}f})"


def _number(value: Range) -> str:
    low, middle, high = (_rounded(one) for one in value)
    return middle if low == high else f"{middle} ({low} to {high})"


def _rounded(value: float) -> str:
    return f"{value / 1e6:,.3g} million" if value >= 1e6 else f"{value:,.0f}"
