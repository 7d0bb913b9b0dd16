"""Each step on a line of its own, with what it may and may not do."""

import pytest

from hyllm.evals._columns import Piece, apart
from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import Glyphs, glyphs_of, text_of
from hyllm.evals._guards import GUARDED, guarded, may_break
from hyllm.evals._lines import torn, wrapped
from hyllm.evals._lost_units import Strip, without_a_unit
from hyllm.evals._misread import LOOKS_LIKE, clipped, flat_dashes, misread
from hyllm.evals._source import Block
from hyllm.evals._widths import Hand, rewritten

ALWAYS = Hand(half=1, straight=1, after=0, inside=0)


def glyphs(text: str) -> Glyphs:
    return glyphs_of(text, 0)


def test_no_character_that_states_a_value_is_ever_taken_for_another_or_comes_of_one() -> None:
    assert not GUARDED & set(LOOKS_LIKE)
    assert not GUARDED & set(LOOKS_LIKE.values())
    assert all(before != after and len(after) == 1 for before, after in LOOKS_LIKE.items())


@pytest.mark.parametrize(
    ("text", "stays"),
    [
        ("投资25亿元", "25亿元"),
        ("5月3日上午开工", "5月3日上午"),
        ("不得停工", "不"),
        ("原县委书记", "原"),
        ("约3000个岗位", "约3000个"),
        ("5G产业", "5G"),
    ],
)
def test_numbers_dates_and_negations_are_guarded(text: str, stays: str) -> None:
    kept = "".join(char for char, fixed in zip(text, guarded(text), strict=True) if fixed)
    assert kept == stays


@pytest.mark.parametrize(
    ("text", "bars"),
    [
        ("计划投资25亿元建设", "计|划|投|资|25亿元|建|设"),
        ("于5月3日上午开", "于|5月3日上午|开"),
        ("副市长和书记", "副市长|和|书记"),
        ("仍未完工", "仍|未完|工"),
        ("第19次会", "第19次|会"),
    ],
)
def test_a_column_ends_in_no_value(text: str, bars: str) -> None:
    free = may_break(text)
    shown = "".join(("|" if place and free[place] else "") + char for place, char in enumerate(text))
    assert shown == bars


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("他说：“快，再快。”", '他说:"快,再快。"'),
        ("（二期）投产；", "(二期)投产;"),
        ("用地1200，30家", "用地1200，30家"),
        ("约占60％。", "约占60%。"),
        ("‘小巨人’、龙头", "'小巨人'、龙头"),
    ],
)
def test_marks_come_out_half_width_but_between_numbers(text: str, printed: str) -> None:
    assert text_of(rewritten(glyphs(text), ALWAYS, Dice(0))) == printed


def test_a_blank_tears_words_open_but_no_number() -> None:
    torn_open = rewritten(glyphs("投资25亿元"), Hand(0, 0, 0, inside=1), Dice(0))
    assert text_of(torn_open) == "投 资25亿 元"


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("零部件——整机", "零部件一整机"),
        ("2021——2023年", "2021——2023年"),
        ("三十——八十", "三十——八十"),
        ("这里——家企业", "这里——家企业"),
        ("——副题", "——副题"),
    ],
)
def test_a_dash_is_read_as_one_where_that_counts_nothing(text: str, printed: str) -> None:
    assert text_of(flat_dashes(glyphs(text), 1, Dice(0))) == printed


def test_a_misread_character_keeps_its_place_in_the_clean_text() -> None:
    read = misread(glyphs("王侯投资33亿元"), 1, Dice(0))
    assert text_of(read) == "玉候役贤33亿元"
    assert [glyph.origin for glyph in read] == list(range(8))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("一二三四五六七", ["一二三四五", "六七"]),
        ("一二三四五，六七", ["一二三四五，", "六七"]),
        ("一二三四120亩", ["一二三四", "120亩"]),
        ("123456789012", ["1234567890", "12"]),
        ("一二三四五”。", ["一二三四五”。"]),
    ],
)
def test_lines_break_at_the_width_of_the_column(text: str, lines: list[str]) -> None:
    assert [text_of(line) for line in wrapped(glyphs(text), 5)] == lines


def test_a_headline_is_torn_in_its_middle_but_not_in_a_value() -> None:
    halves = {
        tuple(map(text_of, torn(glyphs("全县今年集中签订合同额120亿元的大单开门一片红"), Dice(seed), swap=0)))
        for seed in range(30)
    }
    assert len(halves) > 1
    assert all("120亿元" in first + "|" + second for first, second in halves)
    assert torn(glyphs("短题不撕"), Dice(0), swap=1) == [glyphs("短题不撕")]


def test_the_second_half_of_a_headline_may_come_first() -> None:
    first, second = torn(glyphs("从农业县走向制造强县"), Dice(0), swap=1)
    assert text_of(second) + text_of(first) == "从农业县走向制造强县"


def test_a_line_loses_a_character_at_its_edge_but_no_guarded_one() -> None:
    results = {text_of(clipped(glyphs("衡阳投产"), frozenset({3}), 1, Dice(seed))) for seed in range(40)}
    assert results == {"阳投产", "·阳投产", "衡阳投产"}


def test_a_figure_loses_its_whole_unit_and_the_column_ends_there() -> None:
    block = Block("a", "paragraphs", "paragraphs/0", 0, 20)
    first, second = without_a_unit([Strip(block, glyphs("年税收约800万元，今后翻番。"))], Dice(0))
    assert (text_of(first.glyphs), first.ends_column) == ("年税收约800", True)
    assert (text_of(second.glyphs), second.ends_column) == ("今后翻番。", False)


def test_a_page_without_figures_loses_no_unit() -> None:
    strips = [Strip(Block("a", "paragraphs", "paragraphs/0", 0, 9), glyphs("第19次会议，12个项目"))]
    assert without_a_unit(strips, Dice(0)) == strips


def test_no_number_stands_right_behind_another_that_lost_its_unit() -> None:
    pieces = [Piece("a", "paragraphs", [glyphs(text)]) for text in ("年税收达800", "2400万元", "其余")]
    assert [text_of(piece.lines[0]) for piece in apart(pieces)] == ["年税收达800", "其余", "2400万元"]
