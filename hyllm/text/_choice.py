"""Which of several places of the same words is meant."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence

Span = tuple[int, int]


def belonging(text: str, places: Sequence[Span], beside: Sequence[Span]) -> Span:
    """The place that goes with one of the spans `beside`, all in `text`.

    First comes what leads up to a span (县长 before a name, 投资5亿元的 before a plant), then what follows
    one most closely, then what stands before one most closely. Without spans, the first place.
    """
    begins = sorted(begin for begin, _ in beside)
    stops = sorted(stop for _, stop in beside)

    def distance(place: Span) -> tuple[int, int]:
        before, after = bisect_right(stops, place[0]), bisect_left(begins, place[1])
        gap = begins[after] - place[1] if after < len(begins) else None
        if gap == 0 or (gap == 1 and text[place[1]] == "的"):
            return 0, gap
        if before:
            return 1, place[0] - stops[before - 1]
        return (3, 0) if gap is None else (2, gap)

    return min(places, key=distance)


def nearest(places: Sequence[Span], windows: Sequence[Span]) -> Span:
    """The place nearest to one of the `windows`, which are in printed order; without them the first."""
    return min(places, key=_gap_to(windows)) if windows else places[0]


def _gap_to(windows: Sequence[Span]) -> Callable[[Span], int]:
    begins = [begin for begin, _ in windows]

    def gap(place: Span) -> int:
        after = bisect_right(begins, place[0])
        gaps = [place[0] - windows[after - 1][1]] if after else []
        gaps += [begins[after] - place[1]] if after < len(begins) else []
        return max(0, min(gaps))

    return gap
