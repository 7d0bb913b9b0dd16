"""Pages from files: text untouched, metadata from options, sidecar and name, clear errors."""

import hashlib
import json
from pathlib import Path

import pytest

from hyllm.archive import Metadata, Page, find_pages, read_page
from hyllm.errors import PageError, UsageError


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def test_the_text_is_exactly_what_was_decoded(tmp_path: Path) -> None:
    path = write(tmp_path, "p.txt", "\ufeff甲\r\n乙\r丙 \n".encode())

    page = read_page(path)

    assert page.text == "甲\r\n乙\r丙 \n"
    assert page.text_sha256 == hashlib.sha256("甲\r\n乙\r丙 \n".encode()).hexdigest()
    assert page.page == "p"


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("hyrb-2022-03-18-1.txt", "2022-03-18"),
        ("hyrb-2024-09-3.txt", "2024-09"),
        ("20220318_02.txt", "2022-03-18"),
        ("hyrb-2022-02-30.txt", None),
        ("2022-03-18_2022-03-19.txt", None),
        ("box-1998.txt", None),
        ("page.txt", None),
        ("x12022-03-18.txt", None),
    ],
)
def test_a_date_is_read_from_the_files_name(tmp_path: Path, name: str, date: str | None) -> None:
    assert read_page(write(tmp_path, name, "甲")).issue_date == date


def test_options_come_before_the_sidecar_and_the_sidecar_before_the_name(tmp_path: Path) -> None:
    path = write(tmp_path, "hyrb-2022-03-18.txt", "甲")
    write(
        tmp_path,
        "hyrb-2022-03-18.json",
        json.dumps({"paper": "某报", "issue_date": "2022-03-19", "page_no": 3, "scan": "s1"}),
    )

    page = read_page(path, given=Metadata(paper="他报"))

    assert (page.paper, page.issue_date, page.page_no) == ("他报", "2022-03-19", "3")
    assert page.extra == {"scan": "s1"}
    assert page.conflicts == (
        "paper: 他报 is used, the sidecar hyrb-2022-03-18.json says 某报",
        "issue_date: 2022-03-19 is used, the file name says 2022-03-18",
    )


@pytest.mark.parametrize("sidecar", ["{", "[]", '{"paper": ["x"]}', '{"issue_date": "gestern"}'])
def test_a_broken_sidecar_is_an_error(tmp_path: Path, sidecar: str) -> None:
    path = write(tmp_path, "p.txt", "甲")
    write(tmp_path, "p.json", sidecar)

    with pytest.raises(UsageError):
        read_page(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        ("甲\0乙".encode(), "NUL"),
        (bytes(range(128, 256)) * 3, "0% of its characters are Chinese.*--encoding"),
        ("甲" * 40_001, "40,001 characters"),
    ],
)
def test_what_is_no_page_is_refused_with_what_to_do(tmp_path: Path, data: bytes | str, says: str) -> None:
    path = write(tmp_path, "p.txt", data)

    with pytest.raises(PageError, match=f"p.*{says}"):
        read_page(path)


@pytest.mark.parametrize(
    "date", ["2022-13-01", "2022-02-30", "2022-3-1", "18.3.2022", "2022-03-18/19", "", "0000"]
)
def test_an_issue_date_is_a_year_a_month_or_a_day(date: str) -> None:
    with pytest.raises(UsageError, match="issue date"):
        Page("甲", issue_date=date)


def test_a_folder_means_every_text_below_it_sorted(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.txt", "a/1.txt", "a/1.json", "notes.md"):
        write(tmp_path, name, "甲")

    assert [file.page for file in find_pages([tmp_path])] == ["a/1", "a/2", "b"]
    assert [file.page for file in find_pages([tmp_path / "a" / "1.txt"])] == ["1"]


def test_ids_are_unique_in_a_run(tmp_path: Path) -> None:
    one, other = write(tmp_path, "a/1.txt", "甲"), write(tmp_path, "b/1.txt", "乙")

    with pytest.raises(PageError, match=r"two inputs are page '1'"):
        find_pages([one, other])


def test_what_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="no such file"):
        find_pages([tmp_path / "nowhere"])
    with pytest.raises(PageError, match=r"no \*\.txt below"):
        find_pages([tmp_path])
    with pytest.raises(PageError, match="cannot be read"):
        read_page(tmp_path)
