"""Officials: the posts that stand before names, and what appointments say."""

import pytest

from tests.rules.reading import read

HOLDS = "holds"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("县长方自强出席。", {"方自强": [(None, "县长", HOLDS)]}),
        ("市委副书记、市长方自强出席。", {"方自强": [("市委", "副书记", HOLDS), (None, "市长", HOLDS)]}),
        ("县委常委、宣传部部长方自强出席。", {"方自强": [("县委", "常委", HOLDS), ("县委", "宣传部部长", HOLDS)]}),
        ("市林业局党组书记、局长方自强出席。", {"方自强": [("市林业局", "党组书记", HOLDS), ("市林业局", "局长", HOLDS)]}),
        ("新塘县副县长方自强出席。", {"方自强": [("新塘县", "副县长", HOLDS)]}),
        ("会议听取了市水利局局长方自强的汇报。", {"方自强": [("市水利局", "局长", HOLDS)]}),
        ("活动邀请市科协主席方自强致辞。", {"方自强": [("市科协", "主席", HOLDS)]}),
        ("原市水利局局长方自强出席。", {"方自强": [("市水利局", "局长", "former")]}),
        ("市领导方自强、李大山出席。", {"方自强": [(None, "市领导", HOLDS)], "李大山": [(None, "市领导", HOLDS)]}),
        ("副市长方自强、李大山出席。", {"方自强": [(None, "副市长", HOLDS)], "李大山": [(None, "副市长", HOLDS)]}),
        ("市领导方自强出席。副市长方自强致辞。", {"方自强": [(None, "副市长", HOLDS)]}),
        ("湘塘集团党委书记、董事长方自强出席。", {"方自强": [("湘塘集团", "党委书记", HOLDS), ("湘塘集团", "董事长", HOLDS)]}),
        ("湘塘科技有限公司党支部书记方自强出席。", {}),
        ("湘塘科技有限公司董事长方自强出席。", {}),
        ("市茶叶协会副会长方自强出席。", {}),
        ("局长方自强出席。", {}),
        ("本报记者方自强报道。", {}),
    ],
)  # fmt: skip
def test_posts_stand_before_names(text: str, expected: object) -> None:
    assert posts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("方自强为市林业局局长；", {"方自强": [("市林业局", "局长", "appointed")]}),
        ("任命方自强（女）为市林业局局长。", {"方自强": [("市林业局", "局长", "appointed")]}),
        ("免去方自强的市林业局局长职务。", {"方自强": [("市林业局", "局长", "removed")]}),
        ("接受方自强辞去副市长职务的请求。", {"方自强": [(None, "副市长", "removed")]}),
        ("方自强不再担任市林业局局长。", {"方自强": [("市林业局", "局长", "removed")]}),
        ("方自强拟任县政协主席。", {"方自强": [("县政协", "主席", "proposed")]}),
        ("方自强当选为县政协主席。", {"方自强": [("县政协", "主席", "appointed")]}),
        ("由方自强代理市人民检察院检察长。", {"方自强": [("市人民检察院", "检察长", "acting")]}),
        ("市林业局局长方自强主持。\n任命方自强为市林业局局长。", {"方自强": [("市林业局", "局长", "appointed")]}),
        ("方自强当选某联盟轮值主席。", {}),
        ("方案为市里的大局着想。", {}),
    ],
)  # fmt: skip
def test_appointments_say_what_becomes_of_whom(text: str, expected: object) -> None:
    assert posts(text) == expected


def test_evidence_is_where_the_post_stands() -> None:
    (official,) = read("副市长方自强出席。\n方自强说，好。\n市委常委方自强讲话。", "officials")

    assert official["evidence"] == [1, 3]


def posts(text: str) -> dict[str, list[tuple[str | None, str, str]]]:
    return {
        one["name"]: [(post.get("organisation"), post["title"], post["status"]) for post in one["posts"]]
        for one in read(text, "officials")
    }
