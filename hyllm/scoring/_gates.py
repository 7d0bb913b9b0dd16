"""Gates a run must pass, and the JUnit file that says which it did not."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from xml.etree import ElementTree

from hyllm.scoring._compare import Comparison
from hyllm.scoring._score import Score


class Gate(NamedTuple):
    """One condition and whether it holds."""

    name: str
    passed: bool
    message: str


def gates(
    numbers: Mapping[str, Any],
    *,
    floors: Mapping[str, float] | None = None,
    margin: float | None = None,
    comparison: Comparison | None = None,
) -> list[Gate]:
    """The gates that were asked for.

    Args:
        numbers: from `metrics`.
        floors: what the lower end of an interval must reach, by the interval's name: slots, records.
        margin: how far F1 may lie under the baseline's, significant or not.
        comparison: of the baseline with this run.
    """
    found: list[Gate] = []
    for view, floor in (floors or {}).items():
        low = _low(numbers, view)
        message = f"{view}.low {_shown(low)} ≥ {_shown(floor)}"
        found.append(Gate(f"floor {view}", low is not None and low >= floor, message))
    if comparison is not None:
        view = comparison.slots
        drop = (view.first or 0) - (view.second or 0)
        views = (comparison.slots, comparison.records)
        worse = [v for v in views if v.is_significant and (v.second or 0) < (v.first or 0)]
        found.append(
            Gate("regression", not worse, f"no significant drop (slots {0.0 - drop:+.3f}, p {view.p:.3f})")
        )
        found.append(Gate("pages", not comparison.lost, f"no page lost{_named(comparison.lost)}"))
        if margin is not None:
            found.append(Gate("margin", drop <= margin, f"drop {drop:.3f} ≤ {margin:.3f}"))
    return found


def _low(numbers: Mapping[str, Any], view: str) -> float | None:
    """The lower end of an interval; where there are too few clusters for one, the value itself."""
    interval = numbers["intervals"].get(view)
    if interval:
        return interval["low"]
    whole, _, ratio = view.partition("_")
    if view == "grounded_correct":
        return numbers["grounding"][view]["F1"]
    return numbers[whole][ratio or "F1"]


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _named(pages: Sequence[str]) -> str:
    return ": " + ", ".join(pages[:5]) if pages else ""


def junit(score: Score, passed: Sequence[Gate]) -> str:
    """A test case a gate and a page: a gate that fails is a failure, a page that was lost an error."""
    suite = ElementTree.Element("testsuite", name="hyllm eval")
    for gate in passed:
        case = ElementTree.SubElement(suite, "testcase", classname="gate", name=gate.name)
        if not gate.passed:
            ElementTree.SubElement(case, "failure", message=_clean(gate.message))
    for page in score.pages:
        case = ElementTree.SubElement(suite, "testcase", classname="page", name=_clean(page.page))
        if page.failed:
            why = "not in the predictions" if page.prediction is None else "failed, refused or broken off"
            ElementTree.SubElement(case, "error", message=why)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(sum(not gate.passed for gate in passed)))
    suite.set("errors", str(sum(page.failed for page in score.pages)))
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _clean(text: str) -> str:
    """Text without the control characters that XML cannot hold."""
    return "".join(c if c.isprintable() else "?" for c in text)
