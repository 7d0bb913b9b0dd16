"""Values of a page that stand in no record."""

from hyllm.marks import Grounding
from hyllm.resolve._unclaimed import unclaimed
from hyllm.text import MatchView

PAGE = "3月2日，县长方自强说，新塘园总投资25\n亿元，占地800亩，今年1至8月产值3亿元，用工约90人。第5届、5G、3A级、12.5%。"


def found(*claimed: str) -> list[tuple[str, str]]:
    marks = [
        Grounding(f"/projects/0/{n}", PAGE.index(words), PAGE.index(words) + len(words), "exact")
        for n, words in enumerate(claimed)
    ]
    return [(value.type, value.text) for value in unclaimed(PAGE, MatchView(PAGE), marks)]


def test_amounts_dates_and_titled_names_are_found_where_nothing_claims_them() -> None:
    assert found() == [
        ("date", "3月2日"),
        ("name", "方自强"),
        ("money", "25亿元"),
        ("quantity", "800亩"),
        ("date", "今年1至8月"),
        ("money", "3亿元"),
        ("quantity", "约90人"),
    ]


def test_what_a_record_holds_is_claimed_even_in_part() -> None:
    assert found("3月2日", "方自强", "25\n亿元", "亩", "产值3亿元") == [
        ("date", "今年1至8月"),
        ("quantity", "约90人"),
    ]


def test_evidence_claims_nothing() -> None:
    quote = Grounding("/projects/0/evidence/0/quote", 0, len(PAGE), "exact")

    assert len(unclaimed(PAGE, MatchView(PAGE), [quote])) == 7


def test_a_missing_value_claims_nothing() -> None:
    assert len(unclaimed(PAGE, MatchView(PAGE), [Grounding("/projects/0/name", None, None, "missing")])) == 7


def test_a_value_knows_its_place_in_the_page() -> None:
    (money,) = [value for value in unclaimed(PAGE, MatchView(PAGE), []) if value.text == "25亿元"]

    assert PAGE[money.start : money.end] == "25\n亿元"
