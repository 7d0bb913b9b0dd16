"""Meetings: what was held, and the encounters that only a clause tells of."""

from typing import Any

import pytest

from tests.rules.reading import read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "5月8日，第三届湘塘茶业论坛在新塘宾馆举行。",
            {"name": "第三届湘塘茶业论坛", "type": "forum", "session": "第三届", "date": {"text": "5月8日"}, "place": "新塘宾馆"},
        ),
        (
            "昨日下午，县长方自强主持召开县政府第12次常务会议，研究秋收、校车安全等工作。",
            {
                "name": "县政府第12次常务会议", "type": "conference", "session": "第12次", "date": {"text": "昨日下午"},
                "organisers": ["县政府"], "participants": [{"name": "方自强", "roles": ["chaired"]}], "topics": ["秋收", "校车安全"],
            },
        ),
        (
            "5月8日，县林业局在双桥镇举办第四期护林员培训班。",
            {
                "name": "第四期护林员培训班", "type": "training", "session": "第四期", "date": {"text": "5月8日"}, "place": "双桥镇",
                "organisers": ["县林业局"],
            },
        ),
        (
            "5月8日，由县教育局、县科协主办的首届航模比赛在县体育馆落幕。",
            {
                "name": "首届航模比赛", "type": "contest", "session": "首届", "date": {"text": "5月8日"}, "place": "县体育馆",
                "organisers": ["县教育局", "县科协"],
            },
        ),
        (
            "5月8日，县长方自强会见了湘塘公司董事长李大山一行。",
            {
                "name": "会见了湘塘公司董事长李大山一行", "type": "reception", "date": {"text": "5月8日"},
                "participants": [{"name": "方自强", "roles": ["received"]}, {"name": "李大山", "roles": ["visited"]}],
            },
        ),
        (
            "5月8日，县长方自强深入双桥镇调研春耕备耕。",
            {
                "name": "方自强深入双桥镇调研春耕备耕", "type": "inspection", "date": {"text": "5月8日"}, "place": "双桥镇",
                "participants": [{"name": "方自强", "roles": ["attended"]}], "topics": ["春耕备耕"],
            },
        ),
        (
            "5月8日，县商务局与湘塘物流有限公司签订冷链合作协议。",
            {
                "name": "县商务局与湘塘物流有限公司签订冷链合作协议", "type": "signing", "date": {"text": "5月8日"},
                "outcomes": [{"type": "signed", "text": "冷链合作协议"}],
            },
        ),
    ],
)  # fmt: skip
def test_a_sentence_tells_of_a_meeting(text: str, expected: dict[str, Any]) -> None:
    (meeting,) = read(text, "meetings")

    assert meeting == expected | {"evidence": [1]}


@pytest.mark.parametrize(
    "text",
    [
        "湘塘茶业论坛将于5月8日在新塘宾馆举行。",
        "县里计划5月举办首届航模比赛。",
        "每月举办一次读书活动。",
        "会议召开。",
        "湘塘茶业论坛举行。",  # no date, nobody there
        "要召开专题会议研究。",
        "县商务局与湘塘物流有限公司签订冷链合作协议。",
        "县长方自强说，调研要深入。",
    ],
)
def test_what_is_still_to_come_or_told_of_nobody_is_none(text: str) -> None:
    assert read(text, "meetings") == []


def test_headline_and_text_tell_of_one_reception() -> None:
    text = "方自强会见李大山一行\n\n本报讯 5月8日，县长方自强会见了湘塘公司董事长李大山。双方进行了交流。"

    (meeting,) = read(text, "meetings")

    assert meeting["name"] == "会见了湘塘公司董事长李大山"
    assert meeting["evidence"] == [1, 2]


def test_the_sentences_that_follow_tell_who_was_there() -> None:
    text = "本报讯 5月8日，湘塘铜业产业园开工仪式举行。县长方自强宣布开工，副县长李大山主持。\n\n别处的消息\n\n县委书记王远出席别的活动。"

    (meeting,) = read(text, "meetings")

    assert meeting["participants"] == [
        {"name": "方自强", "roles": ["attended"]},
        {"name": "李大山", "roles": ["chaired"]},
    ]


def test_a_reception_before_a_signing_leans_on_its_date() -> None:
    text = "本报讯 5月8日，湘塘项目签约仪式举行。签约仪式前，县长方自强会见了湘塘公司董事长李大山。"

    meetings = read(text, "meetings")

    assert [(one["type"], one["date"]) for one in meetings] == [
        ("signing", {"text": "5月8日"}),
        ("reception", {"text": "签约仪式前", "anchor": "5月8日"}),
    ]


def test_what_was_approved_is_an_outcome() -> None:
    text = "本报讯 昨日，县长方自强主持召开县政府第3次常务会议。会议原则通过《新塘县河道管理办法》。"

    (meeting,) = read(text, "meetings")

    assert meeting["outcomes"] == [{"type": "approved", "text": "原则通过<新塘县河道管理办法>"}]
