"""What is known of a page: by its name, a sidecar, a table; and where sources disagree."""

from pathlib import Path
from typing import Any

import pytest

from hyllm.archive import Metadata
from hyllm.archive._beside import read_table
from hyllm.archive._metadata import city_of, metadata_from
from hyllm.archive._names import NamePattern, metadata_in_name
from hyllm.errors import PageError, UsageError


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("hyrb-2022-03-18-1", "2022-03-18"),
        ("hyrb-2024-09-3", "2024-09"),
        ("hyrb-2024-09", "2024-09"),
        ("20220318_02", "2022-03-18"),
        ("hyrb_2022_03_18", "2022-03-18"),
        ("2022.03.18 头版", "2022-03-18"),
        ("衡阳日报2022年3月18日A1", "2022-03-18"),
        ("1987-06-01", "1987-06-01"),
        ("2022-03-18/01", "2022-03-18"),
        ("2021-01-01/hyrb-2022-03-18", "2022-03-18"),
        ("hyrb-2022-02-30", None),
        ("hyrb-2022-13", None),
        ("2022-03-18_2022-03-19", None),
        ("2022-03-18_20220318", "2022-03-18"),
        ("box-1998", None),
        ("page", None),
        ("x12022-03-18", None),
        ("20220318123", None),
    ],
)
def test_the_one_date_in_a_name_is_the_issues(name: str, date: str | None) -> None:
    assert metadata_in_name(name) == Metadata(issue_date=date)


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("{paper}-{date}-{page_no}", "hyrb-2022-03-18-01", Metadata("hyrb", "2022-03-18", "1")),
        ("{paper}-{date}-{page_no}", "衡阳日报-20220318-A03", Metadata("衡阳日报", "2022-03-18", "A3")),
        ("{paper}-{date}-{page_no}", "hyrb-2024-09-3", Metadata("hyrb", "2024-09", "3")),
        ("{paper}-{date}-{page_no}", "scans/hyrb-2022-03-18-1", Metadata("hyrb", "2022-03-18", "1")),
        ("{paper}-{date}-{page_no}", "hyrb-2022-03-18", None),
        ("{city}/{date}/{page_no}", "all/衡阳/2022.03.18/2", Metadata(None, "2022-03-18", "2", "衡阳")),
        ("{date}_{box}", "2022-03-18_K7", Metadata(issue_date="2022-03-18", extra={"box": "K7"})),
        ("({page_no}) {date}+", "(4) 2022年3月8日+", Metadata(issue_date="2022-03-08", page_no="4")),
        ("{date}", "2022-02-30", Metadata()),
    ],
)
def test_a_pattern_says_what_a_name_is_made_of(pattern: str, name: str, found: Metadata | None) -> None:
    assert NamePattern(pattern).read(name) == found


def test_a_name_that_is_not_of_the_pattern_still_has_its_date() -> None:
    found = metadata_in_name("hyrb-2022-03-18", NamePattern("{paper}-{date}-{page_no}"))

    assert found == Metadata(issue_date="2022-03-18")


@pytest.mark.parametrize(
    "pattern", ["", "hyrb", "{date}-{date}", "{}", "{a b}", "{date", "date}", "{separator}"]
)
def test_a_pattern_that_cannot_be_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="name pattern"):
        NamePattern(pattern)


@pytest.mark.parametrize(
    ("ours", "theirs", "conflicts"),
    [
        (Metadata(paper="甲报"), Metadata(paper="甲报"), 0),
        (Metadata(paper="甲报"), Metadata(paper="乙报"), 1),
        (Metadata(paper="甲报"), Metadata(paper="jb"), 0),
        (Metadata(paper="甲报"), Metadata(), 0),
        (Metadata(issue_date="2022-03"), Metadata(issue_date="2022-03-18"), 0),
        (Metadata(issue_date="2022-03-18"), Metadata(issue_date="2022"), 0),
        (Metadata(issue_date="2022-03-18"), Metadata(issue_date="2022-04"), 1),
        (Metadata(page_no="6"), Metadata(page_no="06"), 0),
        (Metadata(page_no="a3"), Metadata(page_no="A03"), 0),
        (Metadata(page_no="6"), Metadata(page_no="60"), 1),
        (Metadata(city="衡阳"), Metadata(city="郴州"), 1),
    ],
)
def test_a_conflict_is_where_two_sources_cannot_both_be_right(
    ours: Metadata, theirs: Metadata, conflicts: int
) -> None:
    known, found = ours.over(theirs, "masthead")

    assert len(found) == conflicts
    assert all("the masthead says" in sentence for sentence in found)
    for name in ("paper", "issue_date", "page_no", "city"):
        assert getattr(known, name) == (getattr(ours, name) or getattr(theirs, name))


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ({"issue_date": "2020/7/30"}, Metadata(issue_date="2020-07-30")),
        ({"issue_date": "2020-07-30 00:00:00"}, Metadata(issue_date="2020-07-30")),
        ({"issue_date": "20200730"}, Metadata(issue_date="2020-07-30")),
        ({"issue_date": "2020年7月"}, Metadata(issue_date="2020-07")),
        ({"issue_date": 2020, "page_no": 3}, Metadata(issue_date="2020", page_no="3")),
        ({"paper": " 甲报 ", "city": ""}, Metadata(paper="甲报")),
        ({"scan": "s1", "n": 2}, Metadata(extra={"scan": "s1", "n": 2})),
        ({"extra": {"scan": "s1"}, "n": 2}, Metadata(extra={"scan": "s1", "n": 2})),
    ],
)
def test_a_row_is_read_as_people_and_spreadsheets_write_it(row: dict[str, Any], found: Metadata) -> None:
    assert metadata_from(row, "row 1") == found


@pytest.mark.parametrize(
    "row",
    [
        {"paper": ["x"]},
        {"page_no": True},
        {"issue_date": "gestern"},
        {"issue_date": "2020/2/30"},
        {"extra": 1},
    ],
)
def test_a_row_that_cannot_be_is_an_error_that_names_it(row: dict[str, Any]) -> None:
    with pytest.raises(PageError, match="row 1: "):
        metadata_from(row, "row 1")


@pytest.mark.parametrize(
    ("paper", "city"),
    [
        ("衡阳日报", "衡阳"),
        ("衡阳晚报", "衡阳"),
        ("石家庄日报", "石家庄"),
        ("深圳特区报", "深圳"),
        ("北京青年报", "北京"),
        ("衡陽日報", "衡陽"),
        ("湖南日报", None),
        ("人民日报", None),
        ("中国青年报", None),
        ("hyrb", None),
        (None, None),
    ],
)
def test_a_city_is_told_from_the_papers_name(paper: str | None, city: str | None) -> None:
    assert city_of(paper) == city


TABLE = "page,issue_date,shelfmark\np1,2022/3/18,K7\np2.txt,,\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.replace(",", ";").replace("\n", "\r\n").encode(),
        TABLE.replace(",", "\t").encode("utf-16"),
    ],
)
def test_a_table_has_a_row_a_page(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pages.csv"
    path.write_bytes(content)

    assert read_table(path) == {
        "p1": Metadata(issue_date="2022-03-18", extra={"shelfmark": "K7"}),
        "p2": Metadata(),
    }


def test_a_table_as_a_spreadsheet_in_china_saves_it(tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    path.write_bytes("page,paper,馆藏\n第一版,衡阳日报,三楼的书架\n".encode("gbk"))

    assert read_table(path) == {"第一版": Metadata(paper="衡阳日报", extra={"馆藏": "三楼的书架"})}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "one of them page"),
        ("name,paper\np,甲\n", "one of them page"),
        ("page,paper\np,甲\np,乙\n", "line 3: a second row for page 'p'"),
        ("page,paper\n,甲\n", "line 2: names no page"),
        ("page,paper\np,甲,乙\n", "line 2: has more cells"),
        ("page,date\np,2022-03-18\n", "no column issue_date, but 'date': rename it"),
        ("page,issue_date\np,gestern\n", "line 2: issue date 'gestern'"),
        ('page,paper\np,"甲\0', "line 2|names"),
    ],
)
def test_a_broken_table_is_an_error_that_names_the_line(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "pages.csv"
    path.write_text(content, encoding="utf-8")

    if "\0" in content:
        assert read_table(path)["p"].paper == "甲\0"
        return
    with pytest.raises(UsageError, match=f"pages.csv.*{says}"):
        read_table(path)
