"""Units: sentences, headlines, lines, in printed order."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyllm.text import split_units


def shown(text: str) -> list[str]:
    return [text[unit.start : unit.end] for unit in split_units(text)]


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("甲厂投产。乙厂开工！丙厂呢？", ["甲厂投产。", "乙厂开工！", "丙厂呢？"]),
        ("一期完工；二期待建", ["一期完工；", "二期待建"]),
        ("他说：“快了。”众人鼓掌。", ["他说：“快了。”", "众人鼓掌。"]),
        ('他说:"快了。"众人鼓掌。', ['他说:"快了。"', "众人鼓掌。"]),
        ('快了。"再等等。"', ["快了。", '"再等等。"']),
        ("什么？！他不信。", ["什么？！", "他不信。"]),
        ("市里开会\n研究春耕\n林子安主持", ["市里开会", "研究春耕", "林子安主持"]),
        ("  ■本报记者 林 安  \n\n本报讯 昨日，", ["■本报记者 林 安", "本报讯 昨日，"]),
        ("投资12.5亿元。", ["投资12.5亿元。"]),
        ("首句。\r\n次句。", ["首句。", "次句。"]),
        ("。。。", ["。。。"]),
        ("", []),
        (" \n\u3000\n", []),
    ],
)
def test_a_unit_is_a_sentence_or_a_line_without_an_end(text: str, units: list[str]) -> None:
    assert shown(text) == units


COLUMN = (
    "走进衡东大浦的车间，机器声此起彼伏，一\n"
    "排排铜线圈正下线装箱。厂长方自强说，新线\n"
    "上月试车，全年产值可望突破三亿元，用工七\n"
    "百人。\n"
)


def test_a_sentence_runs_on_over_the_end_of_a_full_line() -> None:
    units = shown(COLUMN)

    assert units == [
        "走进衡东大浦的车间，机器声此起彼伏，一\n排排铜线圈正下线装箱。",
        "厂长方自强说，新线\n上月试车，全年产值可望突破三亿元，用工七\n百人。",
    ]


def test_a_blank_line_ends_a_unit_even_in_mid_sentence() -> None:
    assert shown("项目落户新塘镇，占地\n\n三百亩，年内开工。") == [
        "项目落户新塘镇，占地",
        "三百亩，年内开工。",
    ]


def test_a_short_line_ends_a_unit_within_a_column() -> None:
    text = COLUMN.replace("百人。", "百人") + "车间一角\n" + COLUMN

    assert "车间一角" in shown(text)


def test_items_of_a_list_are_not_joined_though_their_lines_are_equally_wide() -> None:
    items = [f"{n}.衡南县第{n}号标准厂房，投资{n}亿元，已开工" for n in range(1, 6)]

    assert shown("\n".join(items)) == items


def test_a_line_that_begins_with_a_decimal_is_no_new_item() -> None:
    text = COLUMN.replace("全年产值可望突破三亿元，用工七\n百人。", "全年产值可望突破亿元大关到\n3.5亿元。")

    assert shown(text)[-1].endswith("到\n3.5亿元。")


def test_two_lines_are_joined_where_the_page_has_columns_of_that_width() -> None:
    pair = "县里还把闲置的老粮库改成了农耕文化馆，每\n逢周末游人不断。"

    assert shown(COLUMN + "\n" + pair)[-1] == pair
    assert shown(pair) == pair.split("\n")


@given(st.text(alphabet='甲乙丙1。！？；，”"）\n \u3000\r■', max_size=200))
def test_units_hold_every_character_that_is_not_white_space_in_order(text: str) -> None:
    units = split_units(text)

    assert [unit.number for unit in units] == list(range(1, len(units) + 1))
    assert all(a.end <= b.start for a, b in pairwise(units))
    assert all(text[u.start : u.end] == text[u.start : u.end].strip() != "" for u in units)
    assert "".join("".join(shown(text)).split()) == "".join(text.split())
