"""Laws that hold for any text: no crash, nothing that is not on the page, no time to speak of."""

import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm import Extractor, Page, UsageError
from hyllm.archive import find_pages, read_page
from hyllm.files import shipped
from hyllm.kinds import KINDS
from hyllm.rules import check_kinds, read_by_rules
from hyllm.schemas import Evidence, Kind, Record
from hyllm.text import Locator

LAW = settings(max_examples=60)
ALL = tuple(KINDS.values())
PIECES = (
    "县长方自强|副市长李大山、王远|欧阳清|市委书记|局长|市林业局|湘塘公司|董事长|、|，|。|；|：|\n|\n\n|　|“|”|（女）|本报讯|▲|"
    "5月8日|昨日上午|同日|签约前|去年|明年底|将|计划|在双桥镇|位于白石县|的|由|与|和|会见了|座谈|深入|调研春耕|主持|致辞|出席|"
    "召开|举行|举办|第3次常务会议|首届茶业论坛|签约仪式|培训班|签订合作协议|南岭铜箔项目|锂电产业园|二期|12个重点项目|集中开工|"
    "投产|竣工|总投资|约6.5亿元|占地|120亩|年产|3万吨|就业|800个|任命|为|免去|职务|拟任|研究|审议|《办法》|通过|1|9|.|é|🙂|A"
).split("|")
pages = st.lists(st.sampled_from([*PIECES, "|"]), max_size=60).map(lambda pieces: "甲。" + "".join(pieces))


@LAW
@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    assert set(read_by_rules(Locator(text), ALL)) == {kind.hyllm.plural for kind in ALL}


@LAW
@given(pages)
def test_every_word_reported_stands_on_the_page(text: str) -> None:
    assert missing(Page(text, issue_date="2022-05-10")) == []


@pytest.mark.parametrize("name", [file.page for file in find_pages([shipped("samples")])])
def test_every_word_reported_of_a_sample_page_stands_there(name: str) -> None:
    (file,) = [file for file in find_pages([shipped("samples")]) if file.page == name]
    page = read_page(file.path, file.page)

    assert missing(page) == []
    assert any(Extractor("rules").extract(page).records.values())


@LAW
@given(pages)
def test_the_same_page_reads_the_same(text: str) -> None:
    assert read_by_rules(Locator(text), ALL) == read_by_rules(Locator(text), ALL)


@pytest.mark.parametrize(
    "piece", ["县长方自强主持会议，", "在", "甲、", "“", "由甲公司投资，", "1月1日，", "市长", "深入"]
)
def test_a_page_of_noise_takes_no_time_to_speak_of(piece: str) -> None:
    locator = Locator((piece * 10_000)[:10_000])
    start = time.process_time()

    read_by_rules(locator, ALL)

    assert time.process_time() - start < 8


def missing(page: Page) -> Sequence[tuple[str, str]]:
    result = Extractor("rules").extract(page)
    assert result.status == "done", result.problems
    return [(p.at, p.text) for p in result.problems if p.reason in ("ungrounded", "conflict")]


class Ship(Record):
    """A kind of one's own."""

    hyllm = Kind("ship", "ships", identity=("name",), prompts="project")

    name: str
    evidence: list[Evidence]


def test_kinds_of_ones_own_need_a_model() -> None:
    with pytest.raises(UsageError, match="Ship needs a model"):
        check_kinds([ALL[1], Ship])
