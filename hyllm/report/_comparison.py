"""A run set against another: the verdict, and which values broke or were mended."""

from collections.abc import Sequence

from hyllm.html import bidi_safe, plain
from hyllm.scoring import Change, Comparison, View


def comparison_section(found: Comparison, other: str) -> str:
    """The comparison with the run named `other`, which is the first of the two."""
    rows = "".join(_view(name, view) for name, view in (("slots", found.slots), ("records", found.records)))
    lost = f"<p>Pages lost: {', '.join(map(bidi_safe, found.lost))}.</p>" if found.lost else ""
    return (
        f"<p><strong>{plain(found.verdict)}</strong></p><p>First: {bidi_safe(other)}. Second: this run. "
        f"Wrong or spurious predicted values {found.spurious[0]} → {found.spurious[1]}; "
        f"{found.clusters} clean texts.</p>{lost}"
        '<div class="wide"><table class="numbers"><thead><tr><th>F1<th>first<th>second<th>difference'
        f"<th>95 %<th>p<th>detectable</tr></thead><tbody>{rows}</tbody></table></div>"
        f"{_changes('Newly broken', found.broken)}{_changes('Newly fixed', found.fixed)}"
    )


def _view(name: str, view: View) -> str:
    numbers = [_three(view.first), _three(view.second)]
    if view.difference is None:
        numbers += ["–", "–", "–", "–"]
    else:
        size = view.difference
        numbers += [f"{size.value:+.3f}", f"{size.low:+.3f} – {size.high:+.3f}", f"{view.p:.4f}"]
        numbers.append(f"{size.detectable:.3f}")
    return f"<tr><th scope=row>{name}" + "".join(f"<td>{number}" for number in numbers)


def _changes(title: str, changes: Sequence[Change]) -> str:
    if not changes:
        return f"<h3>{title}: none</h3>"
    rows = "".join(
        f"<tr><td>{bidi_safe(one.page)}<td lang=zh-Hans>{bidi_safe(one.name)}<td>{plain(one.row)}"
        f"<td lang=zh-Hans>{bidi_safe(one.gold)}<td lang=zh-Hans>{bidi_safe(one.predicted or '–')}"
        f"<td lang=zh-Hans><small>{bidi_safe(one.quote)}</small>"
        for one in changes
    )
    head = "<th>page<th>record<th>field<th>gold<th>in the run that is wrong<th>evidence"
    return (
        f'<details open><summary><h3>{title}: {len(changes)}</h3></summary><div class="wide"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _three(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
