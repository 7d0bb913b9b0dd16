"""The estimate of tokens: what it counts, and how far it is from what a tokenizer counted."""

import pytest

from hyllm.tokens import estimate_tokens

RULE = "只摘录，不推算。文字逐字照抄版面上连续的一段（其间的空白、换行可去），不改写、概括、换算，OCR错字照旧；选项只取所列。"
PAGE = "[3]11月6日上午，常宁市重点项目集中开工仪式在远湘铜箔项目现场举行，16个重点项目同时动工，总投资58亿元，其中工业项目9个。"
ANSWER = '{"projects":[{"name":"16个重点项目","count":"16个","milestones":[{"stage":"started","date":{"text":"11月6日上午"},"status":"reached"}],"investment":"58亿元","evidence":[2]}]}'


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("会", 1),
        ("会" * 100, 72),
        ("a" * 4, 1),
        ("a" * 5, 2),
        ("2022", 4),
        ("会" * 100 + "7a", 74),
        ("，", 1),
    ],
)
def test_a_character_counts_by_its_sort(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@pytest.mark.parametrize(("text", "counted"), [(RULE, 49), (PAGE, 43), (ANSWER, 51)])
def test_it_is_near_what_qwens_tokenizer_counted(text: str, counted: int) -> None:
    assert estimate_tokens(text) == pytest.approx(counted, rel=0.15)
