"""Which county or district a place lies in."""

import json
from pathlib import Path

import pytest

from hyllm.errors import UsageError
from hyllm.resolve import load_gazetteer


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ("衡南县云集街道", "430422"),
        ("珠晖区茶山坳镇", "430405"),
        ("草市镇", "430424"),
        ("耒阳经开区", "430481"),
        ("衡东 大浦", "430424"),
        ("衡山县", "430423"),
        ("衡山脚下", None),
        ("石鼓书院", None),
        ("衡南县与祁东县交界处", None),
        ("长沙", None),
        ("市委党校", None),
    ],
)
def test_a_place_has_a_code_where_its_words_leave_no_doubt(place: str, code: str | None) -> None:
    assert load_gazetteer().place_code(place) == code


def test_a_towns_name_that_two_divisions_have_counts_only_beside_its_division(tmp_path: Path) -> None:
    divisions = [
        {"code": "1", "name": "甲县", "towns": ["新市镇"]},
        {"code": "2", "name": "乙县", "towns": ["新市镇"]},
    ]
    path = tmp_path / "g.json"
    path.write_text(
        json.dumps({"as_of": "2020", "city": {"name": "某市"}, "divisions": divisions}), encoding="utf-8"
    )
    gazetteer = load_gazetteer(path)

    assert gazetteer.place_code("新市镇") is None
    assert gazetteer.place_code("乙县新市镇") == "2"
    assert (gazetteer.city, gazetteer.name) == ("某", "g 2020")


@pytest.mark.parametrize(
    "text", ["{", "[]", "{}", '{"city": {"name": "某市"}, "as_of": "2020", "divisions": [1]}']
)
def test_a_broken_gazetteer_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "g.json"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"g\.json"):
        load_gazetteer(path)
