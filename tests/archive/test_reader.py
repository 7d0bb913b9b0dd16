"""Pages from wherever they are, and inputs that are no pages."""

import io
import json
import os
import sys
from pathlib import Path

import pytest

from hyllm.archive import Metadata, Page, PageReader
from hyllm.errors import PageError, UsageError

TEXT = "衡阳日报\n2022年3月18日 星期五\n第 18121 号\n\n老街的石板路修好了，茶馆又开了张。\n"


def write(folder: Path, name: str, content: bytes | str = TEXT) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def known(page: Page) -> tuple[str | None, ...]:
    return page.paper, page.issue_date, page.page_no, page.own_city


def test_a_page_is_the_same_from_a_path_bytes_and_text(tmp_path: Path) -> None:
    reader = PageReader()
    path = write(tmp_path, "p.txt", TEXT.encode("gbk"))

    pages = [
        reader.from_path(path),
        reader.from_bytes(TEXT.encode("utf-16"), "p"),
        reader.from_text(TEXT, "p"),
    ]

    assert [page.text for page in pages] == [TEXT] * 3
    assert [known(page) for page in pages] == [("衡阳日报", "2022-03-18", "1", "衡阳")] * 3
    assert [page.encoding for page in pages] == ["gb18030", "utf-16", None]


def test_metadata_come_from_option_sidecar_row_masthead_and_name_in_this_order(tmp_path: Path) -> None:
    path = write(tmp_path, "hyrb-2022-03-14-5.txt")
    write(tmp_path, "hyrb-2022-03-14-5.json", json.dumps({"issue_date": "2022-03-16", "scan": "s1"}))
    table = write(tmp_path, "t.csv", "page,issue_date,page_no,box\nhyrb-2022-03-14-5,2022-03-17,4,K7\n")
    reader = PageReader(given=Metadata(city="耒阳"), table=table, name_pattern="{code}-{date}-{page_no}")

    page = reader.from_path(path)

    assert known(page) == ("衡阳日报", "2022-03-16", "4", "耒阳")
    assert page.extra == {"scan": "s1", "box": "K7", "code": "hyrb"}
    assert page.conflicts == (
        "issue_date: 2022-03-16 is used, the row of t.csv says 2022-03-17",
        "issue_date: 2022-03-16 is used, the masthead says 2022-03-18",
        "page_no: 4 is used, the masthead says 1",
        "issue_date: 2022-03-16 is used, the file name says 2022-03-14",
        "page_no: 4 is used, the file name says 5",
    )


def test_json_lines_hold_a_page_a_line(tmp_path: Path) -> None:
    rows = [
        {"id": "a/1", "text": "甲。\r\n乙。", "issue_date": "2022-03-18", "paper": "衡阳日报", "scan": "s1"},
        {"id": 7, "text": "丙\ud800丁。"},
    ]
    path = write(tmp_path, "pages.jsonl", "\n\n".join(map(json.dumps, rows)) + "\n")

    first, second = PageReader().from_paths([path])

    assert (first.page, first.text, first.extra) == ("a/1", "甲。\r\n乙。", {"scan": "s1"})
    assert known(first) == ("衡阳日报", "2022-03-18", None, "衡阳")
    assert (second.page, second.text, second.damaged) == ("7", "丙\ufffd丁。", 1)


def test_json_lines_are_not_taken_for_one_page(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="holds a page a line"):
        PageReader().from_path(write(tmp_path, "p.jsonl", '{"id":"1","text":"甲"}'))


def test_json_lines_are_read_one_at_a_time() -> None:
    def lines() -> "io.BytesIO":
        return io.BytesIO(b'{"id":"1","text":"\xe7\x94\xb2"}\nnonsense\n')

    reading = PageReader().from_lines(lines(), "x.jsonl")

    assert next(reading).page == "1"
    with pytest.raises(PageError, match=r"x.jsonl, line 2: no JSON"):
        next(reading)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b"{", "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "must be an object"),
        (b'{"text":"a"}', "id must be there"),
        (b'{"id":"","text":"a"}', "id must be there"),
        (b'{"id":"../x","text":"a"}', "id must be there"),
        (b'{"id":"/x","text":"a"}', "id must be there"),
        (b'{"id":"a\\u0000","text":"a"}', "id must be there"),
        (b'{"id":true,"text":"a"}', "id must be there"),
        (b'{"id":"x"}', "text must be there"),
        (b'{"id":"x","text":3}', "text must be there"),
        (b'{"id":"x","text":"\xff"}', "not in utf-8"),
        (b'{"id":"x","text":" "}', "page x: the page is empty"),
        ('{"id":"x","text":"甲","issue_date":"gestern"}'.encode(), "issue date 'gestern'"),
    ],
)
def test_a_broken_line_is_named_by_its_number(tmp_path: Path, line: bytes, says: str) -> None:
    path = write(tmp_path, "p.jsonl", '{"id":"0","text":"甲"}\n'.encode() + line + b"\n")

    with pytest.raises(PageError, match=f"p.jsonl, line 2: .*{says}"):
        PageReader().from_paths([path])


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (TEXT.encode("gbk"), ["stdin"]),
        ('{"id":"1","text":"甲"}\n{"id":"2","text":"乙"}\n'.encode(), ["1", "2"]),
        ("{甲乙丙丁}".encode(), ["stdin"]),
    ],
)
def test_standard_input_is_a_page_or_json_lines(
    monkeypatch: pytest.MonkeyPatch, content: bytes, pages: list[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    assert [page.page for page in PageReader().from_paths(["-"])] == pages


def test_all_that_is_wrong_is_named_at_once(tmp_path: Path) -> None:
    write(tmp_path, "good.txt")
    write(tmp_path, "empty.txt", "\n")
    write(tmp_path, "long.txt", "甲" * 40_001)
    write(tmp_path, "nul.txt", "甲\0乙")
    write(tmp_path, "latin.txt", "Lorem ipsum dolor sit amet.")
    (tmp_path / "gone.txt").symlink_to("nowhere")
    (tmp_path / "loop.txt").symlink_to("loop.txt")

    with pytest.raises(PageError) as raised:
        PageReader().from_paths([tmp_path, tmp_path / "missing", "", tmp_path / ("x" * 300)])

    said = str(raised.value).splitlines()
    assert said[0] == "9 inputs cannot be used; nothing was sent:"
    for name, says in (
        ("empty", "the page is empty"),
        ("long", "40,001 characters are more than one page"),
        ("nul", "NUL"),
        ("latin", "only 0% of its characters are Chinese"),
        ("gone.txt", "cannot be read: No such file"),
        ("loop.txt", "cannot be read: Too many levels"),
        ("an empty path", "give ."),
        ("xxx", "cannot be read: File name too long"),
        ("missing", "no such file or folder"),
    ):
        assert sum(name in line and says in line for line in said) == 1, name


def test_force_takes_what_is_long_or_hardly_chinese_but_nothing_unreadable(tmp_path: Path) -> None:
    reader = PageReader(force=True)

    assert len(reader.from_text("甲" * 40_001).text) == 40_001
    assert reader.from_text("Lorem ipsum").text == "Lorem ipsum"
    for text in ("", "甲\0", "甲\ud800"):
        with pytest.raises(PageError):
            reader.from_text(text)


def test_a_folder_named_like_a_page_is_a_folder_and_links_make_no_endless_walk(tmp_path: Path) -> None:
    write(tmp_path, "x.txt/1.txt")
    write(tmp_path, "x.txt/2.TXT")
    (tmp_path / "x.txt" / "up").symlink_to(tmp_path, target_is_directory=True)

    assert [page.page for page in PageReader().from_paths([tmp_path])] == ["x.txt/1", "x.txt/2"]
    assert [page.page for page in PageReader().from_paths([tmp_path / "x.txt"])] == ["1", "2"]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="nothing is unreadable for root")
def test_what_may_not_be_read_is_named(tmp_path: Path) -> None:
    closed, folder = write(tmp_path, "a.txt"), tmp_path / "sub"
    folder.mkdir()
    closed.chmod(0)
    folder.chmod(0)
    try:
        with pytest.raises(PageError, match=r"sub.*cannot be read: Permission denied"):
            PageReader().from_paths([tmp_path])
        with pytest.raises(PageError, match=r"a.txt: cannot be read: Permission denied"):
            PageReader().from_paths([closed])
    finally:
        folder.chmod(0o700)


@pytest.mark.skipif(os.name == "nt", reason="names there are text")
def test_a_name_that_is_no_text_becomes_an_id_that_is(tmp_path: Path) -> None:
    (tmp_path / "a\n\x1b[31m b.txt").write_text(TEXT, encoding="utf-8")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text(TEXT, encoding="utf-8")

    pages = PageReader().from_paths([tmp_path])

    assert [page.page for page in pages] == ["a\n\x1b[31m b", "\\xff"]
    with pytest.raises(PageError, match=r"two inputs are page .*: \S*a\\n\\x1b\[31m b.txt and"):
        PageReader().from_paths([tmp_path / "a\n\x1b[31m b.txt"] * 2)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are none")
def test_a_pipe_in_a_folder_is_named_and_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "b.txt")

    with pytest.raises(PageError, match=r"b.txt: no regular file"):
        PageReader().from_paths([tmp_path])


def test_ids_are_unique_wherever_pages_come_from(tmp_path: Path) -> None:
    lines = write(
        tmp_path, "pages.jsonl", '{"id":"p","text":"甲"}\n{"id":"q","text":"甲"}\n{"id":"q","text":"乙"}\n'
    )
    path = write(tmp_path, "p.txt")

    with pytest.raises(PageError, match=r"(?s)two inputs are page 'q'.*two inputs are page 'p'"):
        PageReader().from_paths([lines, path])


@pytest.mark.parametrize(
    ("reader", "says"),
    [
        (
            {"name_pattern": "{date}_{page_no}"},
            r"name pattern '\{date\}_\{page_no\}': fits no page.*such as p",
        ),
        ({"table": "t.csv"}, "t.csv: no row is of a page here, such as p"),
    ],
)
def test_a_table_or_pattern_that_fits_no_page_is_a_mistake(
    tmp_path: Path, reader: dict[str, str], says: str
) -> None:
    path = write(tmp_path, "p.txt")
    table = write(tmp_path, "t.csv", "page\nq\n") if "table" in reader else None

    with pytest.raises(UsageError, match=says):
        PageReader(table=table, name_pattern=reader.get("name_pattern")).from_paths([path])


@pytest.mark.parametrize(
    "options", [{"encoding": "klingon"}, {"name_pattern": "{"}, {"table": Path("nowhere.csv")}]
)
def test_options_that_cannot_be_are_refused_before_a_page_is_read(options: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        PageReader(**options)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("text", "encoding", "damage"),
    [
        ("甲乙", None, None),
        ("甲\ufffd乙", None, "1 place of the text cannot be read (U+FFFD), the first at 1"),
        (
            "甲乙\ufffd\ufffd",
            "gb18030",
            "2 places of the text cannot be read (U+FFFD), the first at 2; "
            "read as gb18030, if that is wrong give --encoding",
        ),
    ],
)
def test_damage_is_counted_and_told(text: str, encoding: str | None, damage: str | None) -> None:
    assert Page(text, encoding=encoding).damage == damage


@pytest.mark.parametrize(
    ("content", "kind"), [(b"%PDF-1.7\n", "a PDF"), (b"PK\x03\x04", "a zip or office file")]
)
def test_what_holds_no_text_is_called_what_it_is_and_never_forced(content: bytes, kind: str) -> None:
    with pytest.raises(PageError, match=f"p: is {kind}, not text"):
        PageReader(force=True).from_bytes(content * 50, "p")
