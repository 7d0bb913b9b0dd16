"""What is told of the pages' dates before anything is sent."""

import pytest

from hyllm.archive import Page, describe_dates

TEXT = "昨日开工，今年投产，3月16日签约，2021年3月16日验收。"
HELP = "Give --issue-date, a sidecar <page>.json or --metadata FILE.csv."


@pytest.mark.parametrize(
    ("dates", "told"),
    [
        (["2022-03-18"], ["Issue dates: 1 dated to the day."]),
        (
            ["2022-03-18", "2022-03"],
            [
                "Issue dates: 1 dated to the day, 1 only to the month.",
                "Unresolved without the day: about 1 such word as 昨日: p1.",
                HELP,
            ],
        ),
        (
            ["2022", None],
            [
                "Issue dates: 1 only to the year, 1 without a date.",
                "Unresolved without the day: about 1 such word as 昨日: p0.",
                "Unresolved without a date: about 3 such words as 昨日, 今年, 3月16日: p1.",
                HELP,
            ],
        ),
        (
            [None] * 7,
            [
                "Issue dates: 7 without a date.",
                "Unresolved without a date: about 21 such words as 昨日, 今年, 3月16日: p0, p1, p2, p3, p4 and 2 more.",
                HELP,
            ],
        ),
    ],
)
def test_what_stays_unresolved_is_told(dates: list[str | None], told: list[str]) -> None:
    pages = [Page(TEXT, f"p{number}", issue_date=date, city="衡阳") for number, date in enumerate(dates)]

    assert describe_dates(pages).splitlines() == told


def test_a_page_of_no_known_city_is_told() -> None:
    known = Page(TEXT, "p0", issue_date="2022-03-18", paper="衡阳日报")
    unknown = Page(TEXT, "p1", issue_date="2022-03-18")

    assert describe_dates([known, unknown]).splitlines()[1:] == [
        "Paper and city unknown, so no place_code: p1. Give --paper or --city."
    ]
