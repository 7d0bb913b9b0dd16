"""Pages with their records as one HTML file: what is on it, and that no text can do anything in it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from hyllm.cli import main
from hyllm.files import shipped
from hyllm.pageview import page_view

HOSTILE = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>\u202e甲&amp;<!--"
TEXT = f"新塘铜业园昨日开工，投资3亿元。{HOSTILE}"


def line(**changed: Any) -> dict[str, Any]:
    project = {
        "id": "abc",
        "name": "新塘铜业园",
        "investment": {
            "text": "3亿元",
            "amount": 300000000,
            "currency": "CNY",
            "bound": "exact",
            "upper": None,
        },
        "place": HOSTILE,
        "evidence": [{"quote": "新塘铜业园昨日开工，投资3亿元。"}],
    }
    at = TEXT.index("3亿元")
    return {
        "format": 1,
        "status": "partial",
        "page": HOSTILE,
        "paper": "衡阳日报",
        "issue_date": None,
        "page_no": "1",
        "projects": [project],
        "grounding": [
            {"at": "/projects/0/name", "start": 0, "end": 5, "status": "exact"},
            {"at": "/projects/0/investment/text", "start": at, "end": at + 3, "status": "exact"},
            {"at": "/projects/0/place", "start": None, "end": None, "status": "missing"},
        ],
        "problems": [
            {"at": "/projects/0/place", "reason": "ungrounded", "text": HOSTILE, "message": HOSTILE}
        ],
        "unclaimed": [{"type": "date", "text": "昨日", "start": 5, "end": 7}],
        "links": [],
        "provenance": {"model": HOSTILE},
    } | changed


class Reader(HTMLParser):
    """The elements of a document, and the text of each class of mark."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marks: dict[str, str] = {}
        self._refs = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "mark":
            self._refs = dict(attrs).get("data-refs") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._refs = ""

    def handle_data(self, data: str) -> None:
        for ref in self._refs.split():
            self.marks[ref] = self.marks.get(ref, "") + data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_values_evidence_and_unclaimed_are_marked_where_they_stand() -> None:
    marks = read(page_view([(line(), TEXT)])).marks

    assert marks["0:/projects/0/name"] == "新塘铜业园"
    assert marks["0:/projects/0/investment/text"] == "3亿元"
    assert marks["0:/projects/0/evidence/0/quote"] == "新塘铜业园昨日开工，投资3亿元。"
    assert marks["0:unclaimed/0"] == "昨日"
    assert "0:/projects/0/place" not in marks


def test_what_leads_to_a_mark_has_one() -> None:
    reader = read(page_view([(line(), TEXT)]))

    refs = [attributes["data-ref"] for tag, attributes in reader.tags if tag == "button"]
    assert refs
    assert set(refs) <= set(reader.marks)


def test_hostile_text_makes_no_element_and_the_policy_lets_nothing_in() -> None:
    html = page_view([(line(), TEXT)], HOSTILE)
    tags = [tag for tag, _ in read(html).tags]

    assert tags.count("script") == 1
    assert not {"img", "iframe", "link", "object"} & set(tags)
    assert "\u202e" not in html
    assert "default-src 'none'" in html
    names = {name for _, attributes in read(html).tags for name in attributes}
    assert not names & {"src", "href", "style"}
    assert not any(name.startswith("on") for name in names)


def test_an_ungrounded_value_and_its_problem_are_seen() -> None:
    html = page_view([(line(place="草市"), TEXT)])

    assert "does not stand on the page" in html
    assert "1 problem to look at" in html
    assert "<em class=fault>partial " in html


def test_where_a_value_stands_is_told_at_the_value_and_at_its_mark() -> None:
    at = TEXT.index("3亿元")
    html = page_view([(line(), TEXT)])
    told = {
        (tag, attributes.get("data-ref") or attributes.get("data-refs")): attributes.get("title")
        for tag, attributes in read(html).tags
    }

    assert f"<small class=place>[{at},{at + 3})</small>" in html
    assert told["button", "0:/projects/0/investment/text"] == f"[{at},{at + 3})"
    marks = {str(ref): str(title) for (tag, ref), title in told.items() if tag == "mark"}
    (mark,) = (title for ref, title in marks.items() if "/investment/" in ref)
    assert mark == f"investment 总投资 [{at},{at + 3})"
    (mark,) = (title for ref, title in marks.items() if "unclaimed" in ref)
    assert mark == "unclaimed date 未入记录 [5,7)"


def test_fixed_words_are_in_both_languages_and_counts_say_of_what() -> None:
    html = page_view([(line(), TEXT)])
    text = re.sub("<[^>]*>", "", html)

    for words in (
        "records 记录 projects 项目 1",
        "unclaimed values 未入记录的值 1",
        "1 page 共1版",
        "page 1 第1版",
        "1 problem to look at 1处问题待查",
        "investment 总投资",
        "evidence 依据",
        "ungrounded 版面上没有",
    ):
        assert words in text, words


def test_a_page_without_records_and_an_own_kind_are_shown() -> None:
    empty = line(projects=[], grounding=[], problems=[], unclaimed=[], status="done", page="p2")
    accidents: list[dict[str, Any]] = [{"id": "x", "name": "新塘铜业园", "evidence": []}]
    own = line(page="p3", accidents=accidents)

    html = page_view([(empty, TEXT), (own, TEXT)])

    assert "No record." in html
    assert "accidents 1" in html


def test_extract_and_demo_write_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sample, demo = tmp_path / "one.html", tmp_path / "demo.html"
    page = shipped("samples", "hyrb-2022-03-18-1.txt")
    for arguments in (
        [
            "extract",
            str(page),
            "--replay",
            str(shipped("cassettes", "demo")),
            "--json",
            "--html",
            str(sample),
        ],
        ["demo", "--html", str(demo)],
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0

    found = json.loads(capsys.readouterr().out.splitlines()[0])
    marks = read(sample.read_text(encoding="utf-8")).marks
    assert all(f"0:{one['at']}" in marks for one in found["grounding"] if one["start"] is not None)
    assert len(demo.read_text(encoding="utf-8")) > len(sample.read_text(encoding="utf-8"))


def test_a_file_that_cannot_be_written_is_told_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--html", str(tmp_path / "no" / "such" / "x.html")])

    assert ended.value.code == 2
    assert "--html" in capsys.readouterr().err
