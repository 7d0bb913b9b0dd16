"""Projects: names, stages, amounts, parties, places."""

from typing import Any

import pytest

from hyllm.rules._mentions import mentions
from hyllm.rules._sheet import Sheet
from hyllm.text import Locator
from tests.rules.reading import read


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("位于双桥镇的湘塘铜箔生产线投产。", ["湘塘铜箔生产线"]),
        ("由湘塘公司投资的南岭锂电产业园二期竣工。", ["南岭锂电产业园二期"]),
        ("在新塘县双桥镇湾里育秧中心，秧苗正绿。", ["湾里育秧中心"]),
        ("“云上茶溪”小镇开园。", ['"云上茶溪"小镇']),
        ("湘塘铜箔项目签约仪式举行。", ["湘塘铜箔项目"]),
        ("12个重点项目集中签约。", ["12个重点项目"]),
        ("这次开工的9个项目总投资3亿元。", ["9个项目"]),
        ("新引进亿元项目15个。", ["新引进亿元项目15个"]),
        ("力争新引进亿元项目15个。", []),
        ("打造新能源汽车产业基地。", []),
        ("全县重点项目加快推进。", []),
        ("该项目总投资3亿元。", []),
        ("仪式在白石工业园举行。", []),
        ("湘塘铜箔项目负责人说。", []),
        ("荣获“中国湘塘茶油产业基地”称号。", []),
    ],
)
def test_names_end_in_what_is_built(text: str, names: list[str]) -> None:
    assert [one.name for line in Sheet(Locator(text)).lines for one in mentions(line)] == names


def milestone(stage: str, date: str | None = None, status: str = "reached") -> dict[str, Any]:
    return {"stage": stage, "status": status} | ({"date": {"text": date}} if date else {})


def figure(measure: str, quantity: str, period: str, status: str) -> dict[str, str]:
    return {"measure": measure, "quantity": quantity, "period": period, "status": status}


@pytest.mark.parametrize(
    ("told", "field", "expected"),
    [
        ("2021年3月开工，去年6月投产。", "milestones", [milestone("started", "2021年3月"), milestone("operating", "去年6月")]),
        ("8月试运行。", "milestones", [milestone("operating", "8月")]),
        ("预计明年底投产。", "milestones", [milestone("planned"), milestone("operating", "明年底", "expected")]),
        ("将于5月8日动工。", "milestones", [milestone("planned"), milestone("started", "5月8日", "expected")]),
        ("正在抓紧施工。", "milestones", [milestone("building")]),
        ("总投资约6.5亿元。", "investment", "约6.5亿元"),
        ("占地不超过120亩。", "area", "不超过120亩"),
        ("建成后年产铜箔1.2万吨。", "figures", [figure("capacity", "1.2万吨", "year", "promised")]),
        ("开工，达产后年产值20亿元以上。", "figures", [figure("output_value", "20亿元以上", "year", "promised")]),
        ("可提供就业岗位800个。", "figures", [figure("jobs", "800个", "total", "promised")]),
        ("预计带来800个就业岗位。", "figures", [figure("jobs", "800个", "total", "promised")]),
        ("已累计完成投资3亿元。", "figures", [figure("invested", "3亿元", "total", "reached")]),
        ("预计年缴税收1亿元。", "figures", [figure("tax", "1亿元", "year", "promised")]),
        ("去年接待游客5万人次，投产。", "figures", [figure("visitors", "5万人次", "year", "reached")]),
        ("由湘塘新材有限公司投资建设。", "parties", [{"name": "湘塘新材有限公司", "role": "investor"}]),
        ("由县城投公司与湘塘集团共建。", "parties", [{"name": "县城投公司", "role": "investor"}, {"name": "湘塘集团", "role": "investor"}]),
        ("由湘塘新材有限公司运营。", "parties", [{"name": "湘塘新材有限公司", "role": "operator"}]),
        ("选址新塘县双桥镇，开工。", "place", "新塘县双桥镇"),
    ],
)  # fmt: skip
def test_what_follows_a_name_is_told_of_it(told: str, field: str, expected: object) -> None:
    (project,) = read(f"南岭铜箔项目{told}", "projects")

    assert project[field] == expected


@pytest.mark.parametrize(
    "text",
    ["南岭铜箔项目好。", "南岭铜箔项目建成后，产值可观。", "全市投资额突破100亿元。", "湘塘集团开工。"],
)
def test_a_name_alone_or_a_stage_alone_is_none(text: str) -> None:
    assert read(text, "projects") == []


def test_a_sentence_is_cut_where_it_names_the_next() -> None:
    text = "论坛上，双桥镇的南岭铜箔项目投资8亿元，白石县的湘塘茶油加工园投资3亿元。"

    assert [(one["name"], one["place"], one["investment"]) for one in read(text, "projects")] == [
        ("南岭铜箔项目", "双桥镇", "8亿元"),
        ("湘塘茶油加工园", "白石县", "3亿元"),
    ]


def test_a_phase_is_a_project_of_its_own() -> None:
    text = "南岭锂电产业园去年投产。南岭锂电产业园二期昨日开工。"

    assert [one["name"] for one in read(text, "projects")] == ["南岭锂电产业园", "南岭锂电产业园二期"]


def test_a_batch_has_its_count_and_what_was_done_with_it() -> None:
    (batch,) = read("3月5日，16个重点项目集中开工，总投资58亿元。", "projects")

    assert batch == {
        "name": "16个重点项目",
        "count": "16个",
        "milestones": [milestone("started", "3月5日")],
        "investment": "58亿元",
        "evidence": [1],
    }


def test_a_torn_column_that_goes_on_about_the_project_is_told_of_it() -> None:
    text = "南岭铜箔项目昨日签约。\n\n县里天气晴好\n\n据了解，项目选址双桥镇，总投资6亿元。"

    (project,) = read(text, "projects")

    assert (project["investment"], project["place"], project["evidence"]) == ("6亿元", "双桥镇", [1, 3])
