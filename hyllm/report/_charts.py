"""Scores with their intervals, drawn as inline SVG. Numbers stand beside each drawing as text."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from hyllm.html import plain

_LEFT, _RIGHT, _ROW, _TOP = 168, 78, 34, 22
_WIDTH = 760


class Bar(NamedTuple):
    """One row of a chart."""

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    marks: tuple[tuple[str, float | None], ...] = ()
    """Other numbers of the same thing, by the class of their sign: ceiling, floor, baseline."""
    note: str = ""
    """Stands in place of the number where there is none."""


def chart(bars: Sequence[Bar], title: str) -> str:
    """The rows above each other, on one axis that begins a little below the smallest number and ends at 1."""
    known = [
        number
        for bar in bars
        for number in (bar.value, bar.low, *(at for _, at in bar.marks))
        if number is not None
    ]
    if not known:
        return ""
    first = min(0.9, math.floor(min(known) * 10) / 10)
    height = _TOP + _ROW * len(bars) + 8
    parts = [
        f'<svg class="chart" viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{plain(title)}">',
        *_axis(first, height),
    ]
    for place, bar in enumerate(bars):
        parts += _row(bar, _TOP + _ROW * place + _ROW / 2, first)
    return "".join([*parts, "</svg>"])


def _x(value: float, first: float) -> float:
    return round(_LEFT + (value - first) / (1 - first) * (_WIDTH - _LEFT - _RIGHT), 1)


def _axis(first: float, height: int) -> list[str]:
    steps = 5 if first >= 0.5 else 2
    parts: list[str] = []
    for twentieth in range(round(first * 20), 21):
        if (20 - twentieth) % (1 if steps == 5 and first >= 0.8 else 2 if steps == 5 else 4):
            continue
        x = _x(twentieth / 20, first)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP - 4}" y2="{height - 6}"/>')
        parts.append(f'<text class="tick" x="{x}" y="{_TOP - 9}">{twentieth / 20:.2f}</text>')
    return parts


def _row(bar: Bar, y: float, first: float) -> list[str]:
    parts = [f'<text class="label" x="{_LEFT - 14}" y="{y + 4}">{plain(bar.label)}</text>']
    if bar.low is not None and bar.high is not None:
        left, right = _x(bar.low, first), _x(bar.high, first)
        parts.append(f'<line class="interval" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        parts += [f'<line class="end" x1="{x}" x2="{x}" y1="{y - 5}" y2="{y + 5}"/>' for x in (left, right)]
    for name, at in bar.marks:
        if at is not None:
            parts.append(_sign(name, _x(at, first), y))
    if bar.value is not None:
        x = _x(bar.value, first)
        parts.append(f'<circle class="value" cx="{x}" cy="{y}" r="5"/>')
    told = bar.note if bar.value is None else f"{bar.value:.3f}"
    return [*parts, f'<text class="number" x="{_WIDTH - _RIGHT + 14}" y="{y + 4}">{plain(told)}</text>']


def _sign(name: str, x: float, y: float) -> str:
    """A triangle on the axis for the ceiling, one below for the floor, an open circle for the baseline."""
    if name == "baseline":
        return f'<circle class="baseline" cx="{x}" cy="{y}" r="5"><title>{name}</title></circle>'
    down = name == "ceiling"
    tip, base = (y - 6, y - 14) if down else (y + 6, y + 14)
    points = f"{x},{tip} {x - 5},{base} {x + 5},{base}"
    return f'<polygon class="{name}" points="{points}"><title>{name}</title></polygon>'


def share(value: float | None, ceiling: float | None = None) -> str:
    """A small bar for a table's cell, with a tick where the ceiling is."""
    if value is None:
        return ""
    parts = ['<rect class="back" width="60" height="10"/>']
    parts.append(f'<rect class="front" width="{60 * value:.1f}" height="10"/>')
    if ceiling is not None:
        x = f"{60 * ceiling:.1f}"
        parts.append(f'<line class="tick" x1="{x}" x2="{x}" y1="0" y2="10"/>')
    return f'<svg class="share" viewBox="0 0 60 10" aria-hidden="true">{"".join(parts)}</svg>'
