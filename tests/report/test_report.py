"""`report.html`: safe with any text, whole, and the same bytes again."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hyllm.report import RunReport, report
from hyllm.scoring import About, PageText, compare_runs, metrics, read_run, write_run
from tests.html.test_html import HOSTILE, read
from tests.scoring.making import Json, official, page, post, project, scored

EVIL = HOSTILE.replace("\0", "").replace("\ud800", "")
TEXT = f"甲厂在西渡开工，{EVIL}乙厂在南岳投产。市委书记朱健出席。"


def gold(number: int) -> Json:
    return page(
        f"p{number}",
        projects=[
            project("甲厂", place="西渡", evidence=[{"quote": "甲厂在西渡开工"}]),
            project("乙厂", evidence=[{"quote": "乙厂在南岳投产"}]),
        ],
        officials=[official("朱健", post("市委", "书记"))],
    )


def predicted(number: int) -> Json:
    found = gold(number)
    found["projects"][0]["place"] = EVIL
    found["projects"] = [found["projects"][0], project(f"丙厂{EVIL}")]
    return found


@pytest.fixture
def of(tmp_path: Path) -> RunReport:
    texts = {f"p{number}": PageText(TEXT) for number in range(3)}
    about = {name: About("c", {"band": f"torn{EVIL}"}) for name in texts}
    score = scored([gold(n) for n in range(3)], [predicted(n) for n in range(3)], texts=texts, about=about)
    write_run(tmp_path / "a", score, metrics(score), more={"suite": f"s{EVIL}", "model": EVIL})
    return RunReport(read_run(tmp_path / "a"), metrics(score), dict.fromkeys(texts, TEXT))


def test_no_text_of_a_page_or_an_answer_becomes_html(of: RunReport) -> None:
    page_html = report(of)

    assert page_html.count("<script>") == page_html.count("</script>") == 1
    tags = re.findall(
        r"<([a-z0-9]+)((?: [^<>]*)?)>", page_html.partition("<body>")[2].partition("<script>")[0]
    )
    assert {"img", "script", "iframe", "a1"}.isdisjoint(tag for tag, _ in tags)
    assert not any(re.search(r" on\w+=", re.sub('"[^"]*"', "", attributes)) for _, attributes in tags)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u2028]", page_html)
    assert "img src=x onerror" in page_html  # as text


def test_nothing_is_loaded_from_anywhere(of: RunReport) -> None:
    page_html = report(of)

    assert not re.search(r"""(?:src|href)=["']?(?!#)\w""", page_html.replace("img src=x", ""))
    assert "url(" not in page_html
    assert "@import" not in page_html
    assert ' style="' not in page_html


def test_errors_stand_beside_the_pages_text(of: RunReport) -> None:
    page_html = report(of)

    assert page_html.count('<tr id="e') == 3 * 3  # a wrong place, a missing and a spurious project
    assert 'data-verdict="record missing"' in page_html
    assert 'data-verdict="record spurious"' in page_html
    assert re.search(
        r'<mark class="gold[^"]*" data-refs="[^"]*e\d+[^"]*" title="gold 标准: place \[\d+,\d+\)">西渡',
        page_html,
    )
    assert re.search(r'<mark class="gold[^"]*" data-refs="[^"]*e\d+[^"]*" title="gold [^"]*">乙厂', page_html)
    assert re.search(r'<mark class="right" title="right 正确: name \[\d+,\d+\)[^"]*">朱健', page_html)
    assert re.search(r"values .*: \d+ right .*, \d+ wrong .*, \d+ missing .*, \d+ spurious", page_html)
    assert "not on the page" in page_html
    assert re.search(r'<b lang="zh-Hans" title="\[\d+,\d+\)"><bdi>西渡', page_html)


def test_the_same_run_gives_the_same_bytes(of: RunReport) -> None:
    assert report(of) == report(of)


def test_without_texts_the_values_stand_alone(of: RunReport) -> None:
    page_html = report(replace(of, texts={}))

    assert page_html.count('<tr id="e') == 9
    assert "The text is not at hand." in page_html


def test_a_comparison_names_what_broke(of: RunReport, tmp_path: Path) -> None:
    score = scored(
        [gold(n) for n in range(3)],
        [gold(n) for n in range(3)],
        about={f"p{n}": About("c") for n in range(3)},
    )
    write_run(tmp_path / "b", score, metrics(score))
    found = compare_runs(read_run(tmp_path / "b"), of.run)

    page_html = report(replace(of, comparison=found, other="b"))
    assert "Newly broken: 6" in page_html
    assert "Newly fixed: none" in page_html
    assert 'id="comparison"' not in report(of)


def test_a_run_without_errors_or_intervals_is_shown_too(tmp_path: Path) -> None:
    score = scored(gold(0), gold(0))
    write_run(tmp_path / "a", score, metrics(score))
    numbers: dict[str, Any] = metrics(score)

    page_html = report(RunReport(read_run(tmp_path / "a"), numbers))
    assert '<output id="count">0</output> wrong values' in page_html
    read(page_html.partition("<aside")[2].partition("</aside>")[0].partition(">")[2])
