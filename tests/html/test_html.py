"""Foreign text in HTML: what is escaped, what is made visible, what a document may do."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyllm.html import Mark, bidi_safe, document, marked, snippet

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&\u202e\u200f\0\ud800\u2028"


class Reader(HTMLParser):
    """The text of HTML, its elements, and whether every one is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.open: list[str] = []
        self.marks: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "i" not in self.open:
            self.text += data
        if "mark" in self.open:
            self.marks.append((self.open[-1], data))


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open
    return reader


def test_hostile_text_is_text() -> None:
    shown = bidi_safe(HOSTILE)

    assert set(read(shown).tags) == {"bdi", "i"}
    assert "alert(1)" in read(shown).text
    for code in ("U+202E", "U+200F", "U+0000", "U+D800", "U+2028"):
        assert code in shown
    assert shown.encode()  # it can be written


MARKS: list[tuple[list[Mark], str]] = [
    ([], "甲厂在西渡开工"),
    ([Mark(0, 2, "gold")], '<mark class="gold">甲厂</mark>在西渡开工'),
    (
        [Mark(0, 4, "gold", "e1"), Mark(2, 5, "predicted", "e2")],
        '<mark class="gold" data-refs="e1">甲厂</mark>'
        '<mark class="gold predicted" data-refs="e1 e2">在西</mark>'
        '<mark class="predicted" data-refs="e2">渡</mark>开工',
    ),
    (
        [Mark(5, 99, "gold"), Mark(8, 9, "gold"), Mark(3, 3, "gold")],
        '甲厂在西渡<mark class="gold">开工</mark>',
    ),
]


@pytest.mark.parametrize(("marks", "shown"), MARKS)
def test_marks_may_overlap_and_are_cut_to_the_text(marks: list[Mark], shown: str) -> None:
    assert marked("甲厂在西渡开工", marks) == f"<bdi>{shown}</bdi>"


SPANS = st.lists(
    st.builds(Mark, st.integers(0, 30), st.integers(0, 30), st.just("a"), st.just("e1")), max_size=6
)


@given(st.text("甲厂<&\"'\u202e 1", max_size=25), SPANS)
def test_marked_text_is_the_text_and_what_is_marked_is_the_marks(text: str, marks: list[Mark]) -> None:
    found = read(marked(text, marks))

    assert found.text == text.replace("\u202e", "")
    covered = "".join(
        char for at, char in enumerate(text) if any(mark.start <= at < mark.end for mark in marks)
    )
    assert "".join(data for tag, data in found.marks if tag == "mark") == covered.replace("\u202e", "")


def test_a_snippet_is_the_first_mark_in_its_context() -> None:
    text = "一二三四五六七八九十"

    assert (
        snippet(text, [Mark(7, 8, "b"), Mark(4, 5, "a")], 2)
        == '…<bdi>三四<mark class="a">五</mark>六七</bdi>…'
    )
    assert snippet(text, [Mark(0, 10, "a")]) == f'<bdi><mark class="a">{text}</mark></bdi>'
    assert snippet(text, []) == ""


def test_a_document_loads_nothing_and_runs_its_own_script_alone() -> None:
    page = document("<甲>", "<p>乙</p>", style="p{color:red}", script="let a=1;")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)

    assert policy is not None
    rules = dict(rule.split(" ", 1) for rule in policy[1].split("; "))
    digest = base64.b64encode(hashlib.sha256(b"let a=1;").digest()).decode()
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'sha256-{digest}'"
    assert "unsafe" not in policy[1]
    assert "<title>&lt;甲&gt;</title>" in page
    assert "script-src 'none'" in document("", "", style="")
