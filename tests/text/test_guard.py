"""The guard of facts: which differences may be misreadings."""

import pytest

from hyllm.text._guard import may_be_misread


@pytest.mark.parametrize(
    ("words", "here"),
    [
        ("新桥通车典扎", "新桥通车典礼"),
        ("生产线装配", "生产践装配"),
        ("全市统一推进", "全市统丨推进"),
        ("共有30户农家", "共有30户农加"),
        ("厂房面积很大", "厂房面积大"),
        ("甲厂,乙厂", "甲厂乙厂"),
    ],
)
def test_plain_characters_may_be_misread(words: str, here: str) -> None:
    assert may_be_misread(words, here, here)
    assert may_be_misread(here, words, words)


@pytest.mark.parametrize(
    ("words", "here"),
    [
        ("投资30亿元", "投资20亿元"),
        ("投资3.5亿元", "投资35亿元"),
        ("投资3-5亿元", "投资35亿元"),
        ("投资3亿元", "投资3万元"),
        ("投资约3亿元", "投资3亿元"),
        ("占地三百亩", "占地五百亩"),
        ("占地三百亩", "占地三亩"),
        ("修了两座桥", "修了座桥"),
        ("第三次会议", "第四次会议"),
        ("第三次会议", "三次会议"),
        ("首次亮相", "二次亮相"),
        ("今年开工", "明年开工"),
        ("上半年开工", "下半年开工"),
        ("3月开工", "3日开工"),
        ("增长5%", "增长5成"),
        ("不得入内", "必得入内"),
        ("尚未完工", "尚完工"),
        ("无人受伤", "有人受伤"),
        ("没有停水", "有停水"),
        ("一般项目", "七般项目"),
    ],
)
def test_numbers_dates_and_negations_are_never_misread(words: str, here: str) -> None:
    assert not may_be_misread(words, here, here)
    assert not may_be_misread(here, words, words)


def test_a_phrase_that_the_text_has_elsewhere_is_no_misreading() -> None:
    text = "霞流镇开会。石湾镇修桥。"

    assert not may_be_misread("石湾镇开会", "霞流镇开会", text)
    assert may_be_misread("扌汇镇开会", "霞流镇开会", text)
