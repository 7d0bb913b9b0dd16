"""Archives of any size, one page at a time: folders, globs, JSON Lines, Parquet and zip files."""

import json
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from hyllm.archive import Page, PageReader, archive_files
from hyllm.archive import _containers as containers
from hyllm.errors import PageError, UsageError

TEXT = "衡阳市召开会议，部署项目建设。"


def pages(*paths: Path | str, reader: PageReader | None = None) -> tuple[dict[str, Page], list[str]]:
    """The pages by their ids, and what is said of the rest."""
    reader = reader or PageReader()
    found: dict[str, Page] = {}
    wrong: list[str] = []
    for file in archive_files(paths):
        for one in [file] if isinstance(file, PageError) else reader.pages_in(file):
            if isinstance(one, Page):
                found[one.page] = one
            else:
                wrong.append(str(one))
    return found, wrong


def test_a_folder_holds_texts_lines_and_zips(tmp_path: Path) -> None:
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "b1", "text": TEXT}) + "\n{}\n", encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("2020/c1.txt", TEXT)
        archive.writestr("2020/c1.json", json.dumps({"issue_date": "2020-07-30"}))
        archive.writestr("readme.md", "no page")
    (tmp_path / "note.md").write_text("no page", encoding="utf-8")

    found, wrong = pages(tmp_path)

    assert sorted(found) == ["2020/c1", "2022/a", "b1"]
    assert found["2020/c1"].issue_date == "2020-07-30"
    assert len(wrong) == 1
    assert "b.jsonl, line 2" in wrong[0]


def test_a_glob_is_taken_where_no_file_has_that_name(tmp_path: Path) -> None:
    for name in ("x/1.txt", "x/y/2.txt", "z/3.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT, encoding="utf-8")

    found, _ = pages(f"{tmp_path}/x/**/*.txt")
    assert len(found) == 2
    assert "no file is of this pattern" in pages(f"{tmp_path}/q*.txt")[1][0]


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "in" / "a.txt")
    (tmp_path / "in" / "c.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "in" / "loop.txt").symlink_to(tmp_path / "in" / "loop.txt")

    found, wrong = pages(tmp_path / "in")

    assert sorted(found) == ["a", "b"]
    assert any("leads out of" in line for line in wrong)
    assert len(wrong) == 2


@pytest.mark.parametrize(
    "name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "C:/out.txt", "a\\..\\..\\b.txt"]
)
def test_a_member_whose_name_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, TEXT)
        archive.writestr("good.txt", TEXT)

    found, wrong = pages(tmp_path / "a.zip")

    assert list(found) == ["good"]
    assert "leads out of a folder" in wrong[0]


def test_links_bombs_and_damage_in_a_zip_cost_their_member_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "_LARGEST", 1000)
    link = zipfile.ZipInfo("link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb.txt", "会" * 100_000)
        archive.writestr("good.txt", TEXT)
        archive.writestr("damaged.txt", "议" * 300, zipfile.ZIP_STORED)
    data = (tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").write_bytes(data.replace("议议议".encode(), "坏坏坏".encode(), 1))

    found, wrong = pages(tmp_path / "a.zip")

    assert list(found) == ["good"]
    assert [
        reason
        for line in wrong
        for reason in ("is a link", "unpacks to more", "cannot be unpacked")
        if reason in line
    ] == [
        "is a link",
        "unpacks to more",
        "cannot be unpacked",
    ]


def test_names_in_a_zip_that_are_gbk_are_read_so(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("x.txt")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, TEXT)
    gbk = "衡阳.txt".encode("gb18030")
    data = (tmp_path / "a.zip").read_bytes()
    short = data.replace(b"x.txt", gbk)
    patched = short.replace(b"\x05\x00\x00\x00" + gbk, len(gbk).to_bytes(2, "little") + b"\x00\x00" + gbk)
    (tmp_path / "a.zip").write_bytes(patched)

    found, wrong = pages(tmp_path / "a.zip")

    assert list(found) == ["衡阳"] or wrong  # a hand-made directory may be refused, but never crashes


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\x00" * 100])
def test_what_is_no_zip_is_one_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)

    found, wrong = pages(tmp_path / "a.zip")

    assert not found
    assert "cannot be read as a zip file" in wrong[0]


def test_a_line_that_never_ends_does_not_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(containers, "_LARGEST", 500)
    good = json.dumps({"id": "good", "text": TEXT}, ensure_ascii=False)
    (tmp_path / "a.jsonl").write_text('{"text": "' + "会" * 5000 + "\n" + good + "\n", encoding="utf-8")

    found, wrong = pages(tmp_path / "a.jsonl")

    assert list(found) == ["good"]
    assert "line 1: longer than" in wrong[0]


def test_a_parquet_file_holds_a_page_a_row(tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow")
    pq: Any = pytest.importorskip("pyarrow.parquet")
    rows = {
        "id": ["p1", "p2"],
        "text": [TEXT, None],
        "issue_date": ["2020-07-30", None],
        "scan": ["s1", None],
    }
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")

    found, wrong = pages(tmp_path / "a.parquet")

    assert found["p1"].issue_date == "2020-07-30"
    assert found["p1"].extra == {"scan": "s1"}
    assert "row 2: text must be there" in wrong[0]


def test_without_pyarrow_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")

    with pytest.raises(UsageError, match="pip install 'hyllm\\[parquet\\]'"):
        pages(tmp_path / "a.parquet")
