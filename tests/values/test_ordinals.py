"""The ordinal of a meeting."""

import pytest

from hyllm.values import Refusal, parse_ordinal

ORDINALS: list[tuple[str, int | None]] = [
    ("第10次", 10),
    ("第三十一期", 31),
    ("十一届九次", 9),
    ("首期", 1),
    ("首届", 1),
    ("2020年第10次", 10),
    ("2023年第5期（总第356期）", 5),
    ("总第356期", 356),
    ("第3、4次", None),
    ("第零次", None),
    ("", None),
    ("第二十三次", 23),
    ("第3届", 3),
    ("第十五届", 15),
    ("市政府第58次常务会议", 58),
    ("市政府2021年第3次常务会议", 3),
    ("市委常委会第126次会议", 126),
    ("十二届三次全会", 3),
    ("市十五届人大常委会第四十二次会议", 42),
    ("首届旅发大会", 1),
    ("首场", 1),
    ("第四期培训班", 4),
    ("（第12期）", 12),
    ("第 8 期", 8),
    ("第一书记培训班", None),
    ("第一人民医院职代会", None),
    ("庆祝建党100周年大会", None),
    ("第三季度调度会", None),
    ("六届二次", 2),
    ("第五次", 5),
    ("市十六届人大一次会议", 1),
    ("十三届五次", 5),
    ("政协第十一届衡阳市委员会第五次会议", 5),
    ("第三十五次常务会议", 35),
    ("2020年第五次", 5),
    ("第二届第三次", 3),
    ("船山论坛第46期", 46),
    ("“科创讲坛”第三讲", 3),
    ("第100次", 100),
    ("第一次全体会议", 1),
    ("七届二次全会", 2),
    ("首次", 1),
    ("第七次全国人口普查推进会", None),
    ("全市三季度经济形势分析会", None),
    ("第六次、第七次常务会议", None),
    ("第六、第七次常务会议", None),
    ("第3-5期", None),
    ("第三届和第四届", None),
]


@pytest.mark.parametrize(("text", "ordinal"), ORDINALS)
def test_an_ordinal_is_read(text: str, ordinal: int | None) -> None:
    found = parse_ordinal(text)
    assert isinstance(found, Refusal) if ordinal is None else found == ordinal
