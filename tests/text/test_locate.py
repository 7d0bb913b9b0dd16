"""Where words stand: the record's own units first, then near them, then the page."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm.text import Locator, joined, locate

PAGE = (
    "新塘铜业园开工。\n\n"  # 1
    "本报讯 ３月２日，新塘铜业园开工，总投资25亿元，一期5亿元。"  # 2
    "园区占地 800\n亩。\n\n"  # 3 4
    "另讯 霞流米粉厂投资5亿元，今年投产。"  # 5
    "厂长说，首年可产米粉5万吨。\n\n"  # 6
    "洣水桥通车。桥长800米。桥宽20米。桥高12米。桥面两侧种树。"  # 7 8 9 10 11
    "市民张明说好。张明华也说好。"  # 12 13
)


def place(words: str, *own: int) -> tuple[str | None, str]:
    locator = Locator(PAGE)
    found = locator.find(words, own)
    text = None if found.start is None else PAGE[found.start : found.end]
    return text, found.status


@pytest.mark.parametrize(
    ("words", "own", "text", "status"),
    [
        ("总投资25亿元", (2,), "总投资25亿元", "exact"),
        ("3月2日", (2,), "３月２日", "normalised"),
        ("800亩", (3, 4), "800\n亩", "normalised"),
        ("80亩", (3,), None, "missing"),
        ("6亿元", (2,), None, "missing"),
        ("", (2,), None, "missing"),
        (" ", (2,), None, "missing"),
    ],
)
def test_words_are_found_as_they_stand(
    words: str, own: tuple[int, ...], text: str | None, status: str
) -> None:
    assert place(words, *own) == (text, status)


def test_the_records_own_units_decide_which_occurrence_is_meant() -> None:
    locator = Locator(PAGE)

    assert locator.find("5亿元", [2]).start == PAGE.index("一期5亿元") + 2
    assert locator.find("5亿元", [5]).start == PAGE.index("投资5亿元，今年") + 2


def test_a_number_is_not_found_inside_a_longer_one() -> None:
    assert locate("5亿元", "总投资25亿元").status == "missing"
    assert locate("5亿元", "总投资1.5亿元").status == "missing"
    assert locate("五亿元", "总投资十五亿元").status == "missing"
    assert locate("20", "占地200亩").status == "missing"
    assert locate("5亿元", "第3、5亿元级园区").status == "exact"


def test_near_units_come_before_the_rest_of_the_page() -> None:
    found = Locator(PAGE).find("新塘铜业园", [3])

    assert (found.start, found.status) == (PAGE.index("新塘铜业园开工，"), "exact")


def test_several_places_elsewhere_are_ambiguous_and_the_nearest_is_given() -> None:
    found = Locator(PAGE).find("新塘铜业园", [11])

    assert (found.start, found.status) == (PAGE.rindex("新塘"), "ambiguous")


def test_the_only_place_elsewhere_is_no_ambiguity() -> None:
    assert place("霞流米粉厂", 12) == ("霞流米粉厂", "exact")


def test_without_units_several_places_are_ambiguous() -> None:
    assert place("新塘铜业园") == ("新塘铜业园", "ambiguous")


POSTS = (
    "副市长方自强、副市长林子安到会。任命林子安为甲局局长，方自强为乙局局长。甲园投资5亿元，乙园投资5亿元。"
)


@pytest.mark.parametrize(
    ("words", "beside", "where"),
    [
        ("副市长", "方自强", "副市长方"),
        ("副市长", "林子安", "副市长林"),
        ("局长", "甲局", "局长，"),
        ("局长", "乙局", "局长。"),
        ("5亿元", "甲园", "5亿元，"),
        ("5亿元", "乙园", "5亿元。"),
    ],
)
def test_of_several_places_the_one_is_meant_that_goes_with_what_the_words_belong_to(
    words: str, beside: str, where: str
) -> None:
    locator = Locator(POSTS)
    own = [unit.number for unit in locator.units]

    found = locator.find(words, own, locator.places(beside, own))

    assert found.start == POSTS.index(where)


def test_words_may_run_over_neighbouring_units_of_the_record() -> None:
    assert place("今年投产。厂长说", 5, 6) == ("今年投产。厂长说", "exact")


def test_spans_of_neighbours_are_one_and_unknown_numbers_are_passed_over() -> None:
    locator = Locator(PAGE)

    spans = locator.span([4, 2, 3, 99, 0, -1, 8])

    assert [PAGE[start:end][:4] for start, end in spans] == ["本报讯 ", "桥长80"]


def test_the_sentence_at_a_place_is_its_unit() -> None:
    locator = Locator(PAGE)

    assert locator.sentence(PAGE.index("桥长")) == "桥长800米。"
    assert locator.sentence(PAGE.index("\n\n")) == ""


def test_joined_drops_line_breaks_and_the_white_space_around_them_alone() -> None:
    assert joined(" 占地 800 \r\n\n  亩 地 ") == "占地 800亩 地"


NEWS = (
    "本报讯 昨日，衡东县霞流镇的米粉加工厂迎来首批订货商，厂长柏青禾介绍，生产线全部由本地技工装配。\n\n"
    "会议要求，沿江拆除的旧码头不得改作堆场，第三批补偿款须在年底前发到一百二十户渔民手中。\n\n"
    "《澄江老街保护办法（试行）》将于下月施行。据了解,老街共有铺面320间;目前修好了近半。\n\n"
    "县里还为石湾镇修了一座廊桥，桥头立着旧时的渡口碑，过往行人常在碑前歇脚。"
)


def quoted(words: str, *, fuzzy: bool = True) -> tuple[str | None, str]:
    found = locate(words, NEWS, fuzzy=fuzzy)
    return None if found.start is None else NEWS[found.start : found.end], found.status


@pytest.mark.parametrize(
    ("words", "text", "status"),
    [
        # a character wrong, two, three; one lost, one too many
        ("霞流镇的米粉加丅厂迎来首批订货商", "霞流镇的米粉加工厂迎来首批订货商", "fuzzy"),
        ("生产践全部由木地技工装配", "生产线全部由本地技工装配", "fuzzy"),
        ("沿汇拆除的旧码头不得攻作堆汤", "沿江拆除的旧码头不得改作堆场", "fuzzy"),
        ("桥头立着旧时的口碑", "桥头立着旧时的渡口碑", "fuzzy"),
        ("过往行人常常在碑前歇脚", "过往行人常在碑前歇脚", "fuzzy"),
        # wrong at an end
        ("过往行人常在碑前歇却", "过往行人常在碑前歇脚", "fuzzy"),
        ("迁往行人常在碑前歇脚", "过往行人常在碑前歇脚", "fuzzy"),
        # marks
        ("《澄江老街保护办法(试行)》将于下月施行.", "《澄江老街保护办法（试行）》将于下月施行。", "normalised"),
        ("据了解，老街共有铺面320间；目前修好了近半。", "据了解,老街共有铺面320间;目前修好了近半。", "normalised"),
        ("廊桥,桥头立着", "廊桥，桥头立着", "normalised"),
        # something left out
        ("县里还为石湾镇……碑前歇脚。", "县里还为石湾镇修了一座廊桥，桥头立着旧时的渡口碑，过往行人常在碑前歇脚。", "fuzzy"),
        ("县里还为石湾镇...渡口碑...碑前歇脚", "县里还为石湾镇修了一座廊桥，桥头立着旧时的渡口碑，过往行人常在碑前歇脚", "fuzzy"),
        ("会议要求，沿江拆除的旧码头……", "会议要求，沿江拆除的旧码头", "fuzzy"),
        # begins inside a number, but says more than a number
        ("百二十户渔民手中", "百二十户渔民手中", "exact"),
    ],
)  # fmt: skip
def test_text_is_found_though_a_little_of_it_is_misread_or_left_out(
    words: str, text: str, status: str
) -> None:
    assert quoted(words) == (text, status)


@pytest.mark.parametrize(
    "words",
    [
        "老街共有铺面330间",  # another digit
        "老街共有铺面32间",
        "第四批补偿款须在年底前发到",  # another ordinal
        "三批补偿款须在年底前发到一百三十户渔民",
        "补偿款须在年底前发到一百二户渔民手中",
        "沿江拆除的旧码头必得改作堆场",  # a negation lost, and one too many
        "沿江拆除的旧码头得改作堆场",
        "沿江未拆除的旧码头不得改作堆场",
        "厂长柏青禾介绍，生产线全不由本地技工装配",
        "办法将于上月施行。据了解",  # another month
        "石湾镇修了两座廊桥，桥头立着",
        "渡口碑的碑文出自本地秀才之手",  # of another page
        "会议要求……出自本地秀才之手",  # half of it is
        "会……手中",  # too short to say anything
    ],
)
def test_another_fact_is_missing(words: str) -> None:
    assert quoted(words) == (None, "missing")


@pytest.mark.parametrize("words", ["霞流镇的米粉加丅厂", "县里还为石湾镇……碑前歇脚。"])
def test_only_text_is_found_with_differences(words: str) -> None:
    assert quoted(words, fuzzy=False) == (None, "missing")
    assert Locator(NEWS).find(words).status == "missing"


@pytest.mark.parametrize("words", ["柏青木", "米粉加丅厂", "2023年3月16日上干"])
def test_short_words_and_dates_are_never_found_with_differences(words: str) -> None:
    assert locate(words, "厂长柏青禾2023年3月16日上午到米粉加工厂。").status == "missing"


def test_the_records_own_units_decide_also_where_words_are_misread() -> None:
    text = "新塘铜业园二期厂房今日封顶。\n\n据悉，新塘铜业园二期厂房将于下月装机。"
    locator = Locator(text)

    assert locator.find("新塘铜业园二期广房", [1], fuzzy=True) == (0, 9, "fuzzy")
    assert locator.find("新塘铜业园二期广房", [2], fuzzy=True).start == text.rindex("新塘")
    assert locator.find("新塘铜业园二期广房", fuzzy=True) == (0, 9, "ambiguous")


def test_what_stands_as_it_is_elsewhere_comes_before_what_differs_nearby() -> None:
    text = "新塘铜业园二期广房今日封顶。\n\n据悉，新塘铜业园二期厂房将于下月装机。"

    assert Locator(text).find("新塘铜业园二期厂房", [1], fuzzy=True).start == text.index("新塘铜业园二期厂房")


def test_another_phrase_of_the_page_is_no_misreading() -> None:
    text = "甘溪镇召开护林防火工作推进会。吴集镇也将开会。"

    assert locate("吴集镇召开护林防火工作推进会", text).status == "missing"
    assert locate("吴集镇召开护林防火工作推进会", text.replace("吴集", "")).status == "fuzzy"


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("3月12日", "2.3月12日，新桥通车", True),
        ("5月", "首期投资3亿，5月开工", True),
        ("5月", "投资25,5月开工", True),
        ("200亩", "占地1,200亩", False),
        ("200亩", "占地1，200亩", False),
        ("占地2", "占地200亩", False),
        ("投资3", "投资3.5亿元", False),
        ("第十", "第十一届", False),
        ("统一", "统一百户的门牌", True),
    ],
)
def test_where_a_number_begins_and_ends(words: str, text: str, found: bool) -> None:
    assert (locate(words, text).start is not None) is found


def test_what_leads_up_to_a_name_goes_with_it() -> None:
    text = "投资5亿元的甲园和投资5亿元的乙园开工。"
    locator = Locator(text)

    assert locator.find("5亿元", [1], locator.places("甲园", [1])).start == text.index("5亿元")
    assert locator.find("5亿元", [1], locator.places("乙园", [1])).start == text.rindex("5亿元")


HAN = st.text(alphabet="衡东霞流米粉厂投产渡口修桥石湾茶油收购节庆灯会", min_size=12, max_size=40)


@settings(max_examples=40)
@given(HAN, HAN, HAN, st.data())
def test_a_misread_character_moves_nothing(before: str, words: str, after: str, data: st.DataObject) -> None:
    text = f"{before}。{words}。{after}"
    wrong = data.draw(st.integers(1, len(words) - 2))
    found = locate(words[:wrong] + "龘" + words[wrong + 1 :], text)

    assert found.status in ("fuzzy", "ambiguous")
    assert found.start is not None
    assert abs(found.start - len(before) - 1) <= 1 or words in before + after or found.status == "ambiguous"


@settings(max_examples=40)
@given(HAN, st.integers(10, 99), st.integers(10, 99), HAN)
def test_a_number_is_found_only_where_it_is_the_same(
    before: str, said: int, printed: int, after: str
) -> None:
    found = locate(f"{before}{said}亩{after}", f"{before}{printed}亩{after}")

    assert (found.status == "exact") is (said == printed)
    assert (found.status == "missing") is (said != printed)


@settings(max_examples=40)
@given(st.text(max_size=60), st.text(max_size=12), st.booleans())
def test_what_is_found_lies_on_the_page(text: str, words: str, fuzzy: bool) -> None:
    start, end, status = locate(words, text, fuzzy=fuzzy)

    assert (start is None) is (end is None) is (status == "missing")
    assert start is None or end is None or 0 <= start < end <= len(text)
    if status == "exact":
        assert text[start:end] == words


@settings(max_examples=40)
@given(HAN, st.data())
def test_blanks_and_widths_change_no_place(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text) - 5))
    stop = data.draw(st.integers(begin + 4, len(text)))
    spread = "\n".join(text[begin:stop])

    assert locate(spread, text)[:2] == locate(text[begin:stop], text)[:2]


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ("的", "的" * 400 + "龘" + "的" * 400),
        ("的", "的" * 5000),
        ("甲厂乙厂投资5亿元，", "甲厂乙厂投资5亿元，甲厂丙厂"),
        ("甲厂乙厂投资5亿元\n", "5亿元"),
        ("甲厂乙厂\n", "甲厂……丙厂投资落户"),
    ],
)
def test_time_grows_with_the_text_and_no_faster(clause: str, words: str) -> None:
    text = (clause * 30_000)[:30_000]
    locator = Locator(text)
    begin = time.thread_time()

    locator.find(words, range(1, len(locator.units) + 1, 2), fuzzy=True)

    assert time.thread_time() - begin < 1  # what takes the square of the length takes a minute


@pytest.mark.parametrize(
    ("text", "words", "status"),
    [
        ("甲。\n20. 220千伏新塘变电站", "220千伏新塘变电站", "exact"),
        ("20. 220千伏新塘变电站", "220千伏新塘变电站", "exact"),
        ("约\n1. 2亿元", "2亿元", "missing"),
        ("约\n1. 2亿元", "1.2亿元", "normalised"),
        ("投资1. 2亿元", "2亿元", "missing"),
    ],
)
def test_an_items_number_is_no_part_of_a_decimal(text: str, words: str, status: str) -> None:
    assert Locator(text).find(words).status == status
