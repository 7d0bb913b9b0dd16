"""Where a text has values."""

import time

import pytest

from hyllm.values import find_values

FOUND: list[tuple[str, list[str]]] = [
    (
        "去年以来,引进项目三十余个,到位资金三亿五千万元人民币。",
        ["去年以来", "三亿五千万元人民币", "三十余个"],
    ),
    ("1至10月造林12.8万亩,人均增收1200元,每户补助300元。", ["1至10月", "12.8万亩"]),
    ("8月8日-10日签约28个项目。", ["8月8日-10日", "28个"]),
    ("二〇〇八年一月十二日以来,受灾人口326万人。", ["二〇〇八年一月十二日以来", "326万人"]),
    ("五十年一遇的冰冻,2×12.5万千瓦机组停运。", []),
    ("8月以来发放补贴,月薪4000—6000元。", ["8月以来", "4000—6000元"]),
    ("上世纪80年代末建厂,上月改制,今年秋季投产。", ["上世纪80年代末", "上月", "今年秋季"]),
    ("6月投用", ["6月"]),
    ("每年纳税5亿元,每年接待20万人次。", ["5亿元", "20万人次"]),
    ("第3个月,第12次会议,A3座。", []),
]


@pytest.mark.parametrize(("text", "expected"), FOUND)
def test_values_are_found_where_they_stand(text: str, expected: list[str]) -> None:
    assert [text[found.start : found.end] for found in find_values(text)] == expected


@pytest.mark.parametrize("piece", ["1月", "1元", "3亿元至", "十五", "每", "1,", "2021年5月", "9."])
def test_finding_takes_time_in_proportion(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (piece * length)[:length]
        start = time.process_time()
        for _ in find_values(text):
            pass
        return time.process_time() - start

    assert seconds(16_000) < 12 * seconds(4_000) + 0.5
