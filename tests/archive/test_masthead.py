"""The masthead: what a page's head says of paper, date and number, and what does not belong to a head."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm.archive._masthead import read_masthead


@pytest.mark.parametrize(
    ("text", "paper", "issue_date", "page_no"),
    [
        ("衡阳日报\n\nHENGYANG DAILY\n\n2022年3月18日　星期五\n农历壬寅年二月十六\n第 18121 号\n今日八版\n\n标题", "衡阳日报", "2022-03-18", "1"),
        ("衡 阳 日 报\n２０２２年 ３ 月 １８ 日  星 期 五\n国内统一连续出版物号 CN 43-0004\n标题", "衡阳日报", "2022-03-18", "1"),
        ("衡\n阳\n日\n报\n二〇二二年三月十八日 星期五 农历壬寅年二月十六 第18121期\n", "衡阳日报", "2022-03-18", "1"),
        ("衡阳日报 2022年3月18日 星期五 第3版\n县域新闻\n", "衡阳日报", "2022-03-18", "3"),
        ("3 要闻 2022年3月18日 星期五 责编/苗可 版式/夏\n正文", None, "2022-03-18", "3"),
        ("A3 | 经济 | 衡阳日报 | 2022.03.18 星期五\n正文", "衡阳日报", "2022-03-18", "A3"),
        ("2022年\n3月18日\n星期五\n衡阳日报\n今日四版\n导读", "衡阳日报", "2022-03-18", "1"),
        ("2O22年3月l8日 星期五\n衡阳日报\n第18121号\n", "衡阳日报", "2022-03-18", "1"),
        ("农历2022年二月十六日\n衡阳日报\n第18121号\n2022年3月18日 星期五", "衡阳日报", "2022-03-18", "1"),
        ("农历二〇二二年二月十六\n衡阳日报\n第18121号\n", "衡阳日报", None, "1"),
        ("我市召开大会\n本报讯 2022年3月18日，全市大会召开。\n", None, None, None),
        ("启事\n2022年3月18日\n关于征集的公告。\n", None, None, None),
        ("讲座预告\n时间：2022年3月18日（星期五）9时\n地点：市图书馆\n", None, None, None),
        ("讲座预告\n时间：2022年3月18日 星期五 上午9时\n地点：市图书馆\n", None, None, None),
        ("衡阳日报全媒体记者 古清越 2022年3月18日 摄\n正文", None, None, None),
        ("06 特别报道\n责编/甘棠\n", None, None, "6"),
        ("10大项目开工\n正文", None, None, None),
        ("标题一\n衡阳日报\n中共衡阳市委员会主管\n衡阳日报社\n出版\n2022年3月18日 星期五 农历壬寅年二月十六\n", "衡阳日报", "2022-03-18", "1"),
        ("郴州晚报\n2019年11月5日 星期二\n今日16版", "郴州晚报", "2019-11-05", "1"),
        ("石家庄日报\n1987年6月1日\n星期一\n农历丁卯年五月初六\n第12345号", "石家庄日报", "1987-06-01", "1"),
        ("要闻 衡阳日报 2022年3月18日 星期五", "衡阳日报", "2022-03-18", None),
        ("衡阳日报2022年3月18日星期五 2", "衡阳日报", "2022-03-18", "2"),
        ("2022年3月18日 星期五 第二版 综合新闻 衡阳日报", "衡阳日报", "2022-03-18", "2"),
        ("衡阳日报\n2022-03-18 星期五\n", "衡阳日报", "2022-03-18", "1"),
        ("今天是2022年3月18日 星期五\n衡阳日报\n第18121号", "衡阳日报", "2022-03-18", "1"),
        ("衡阳晚报\n2021年12月31日  星期五  辛丑年十一月廿八  总第9001期  今日12版  多云 5~12℃", "衡阳晚报", "2021-12-31", "1"),
        ("衡阳日报\nHENGYANG RIBAO\n2021年12月31日 星期五\n", "衡阳日报", "2021-12-31", "1"),
        ("2021年12月\n31\n星期五\n衡阳日报\n第1号", "衡阳日报", "2021-12-31", "1"),
        ("中国共产党衡阳市委员会机关报\n衡阳日报\n2020年1月1日\n星期三\n己亥年十二月初七\n", "衡阳日报", "2020-01-01", "1"),
        ("2019年11月5日 星期二 编辑：李四 美编：王五 校对：赵六 电话：8240000\nB2 民生\n", None, "2019-11-05", "B2"),
        ("HENG YANG RI BAO\n衡阳日报\n星期三\n2024年7月\n17日\n甲辰年六月十二\n今日8版\n总第18900期\n中共衡阳市委主管主办", "衡阳日报", "2024-07-17", "1"),
        ("２０２３年１２月２９日 星期五 癸卯年十一月十七\n衡阳日报社出版\n国内统一连续出版物号：CN43-0004\n邮发代号：41-30\n衡阳日报", "衡阳日报", "2023-12-29", "1"),
        ("02 要闻\n衡阳日报 2024年7月17日 星期三\n责任编辑：某某", "衡阳日报", "2024-07-17", "2"),
        ("2024年7月17日 星期三\n02 要闻\n衡阳日报", "衡阳日报", "2024-07-17", "2"),
        ("衡 阳 日 报\nHENGYANG DAILY\n2 0 2 4 年 7 月 1 7 日\n星 期 三\n农 历 甲 辰 年 六 月 十 二\n第 18900 号\n今 日 八 版", "衡阳日报", "2024-07-17", "1"),
        ("我市举行项目集中开工仪式\n衡阳日报\n2024年7月17日 星期三 农历六月十二\n国内统一刊号CN43-0004", "衡阳日报", "2024-07-17", "1"),
        ("关于公开招聘的公告\n衡阳市某局\n2024年7月17日\n一、招聘岗位", None, None, None),
        ("公示\n公示期为2024年7月17日至7月23日\n联系电话：8240000\n衡阳市某局\n2024年7月16日", None, None, None),
        ("大事记\n2024年7月17日\n召开大会。\n2024年7月18日\n开工。", None, None, None),
        ("衡阳日报讯 2024年7月17日，我市召开会议。\n星期三下午", None, None, None),
        ("●●衡阳日报●●\n2024年07月17日  星期三", "衡阳日报", "2024-07-17", "1"),
        ("衡阳日报 2024/7/17 周三 A02版 时政", "衡阳日报", "2024-07-17", "A2"),
        ("衡阳日报\n2024年7月17日\n星期三\n 八版 \n 第18900号\n 值班编委 张三 \n 导读", "衡阳日报", "2024-07-17", "1"),
        ("4\n综合\n2024年7月17日\n星期三\n衡阳日报\n", "衡阳日报", "2024-07-17", "4"),
        ("衡阳晚报\n\n2015年3月2日\n\n星期一\n\n乙未年正月十二\n\n多云转小雨 5℃~12℃\n\n今日24版", "衡阳晚报", "2015-03-02", "1"),
        ("衡阳日报\n中共衡阳市委机关报\n一九八五年十月一日\n星期二\n农历乙丑年八月十七\n第3210号", "衡阳日报", "1985-10-01", "1"),
        ("庆祝建市\n衡阳日報\n2024年7月17日 星期三 第18900期", "衡阳日報", "2024-07-17", "1"),
        ("衡阳日报数字报\n2024年07月17日 星期三", "衡阳日报", "2024-07-17", "1"),
        ("第A01版：头版\n衡阳日报\n2024年07月17日 星期三", "衡阳日报", "2024-07-17", "A1"),
        ("衡阳日报 | 第01版：要闻 | 2024年07月17日 | 星期三", "衡阳日报", "2024-07-17", "1"),
        ("【衡阳日报】2024年7月17日 第1版", "衡阳日报", "2024-07-17", "1"),
        ("本报记者 张三\n2024年7月17日 星期三，市委召开常委会会议。", None, None, None),
        ("纪念日\n1944年8月8日\n星期二\n衡阳城破", None, None, None),
        ("衡阳日报\n2024年7月17日 星期三 第18900号\n回望\n1944年8月8日\n星期二\n城破", "衡阳日报", "2024-07-17", "1"),
        ("", None, None, None),
        ("\n \n", None, None, None),
        (f"{'甲' * 90}。\n" * 50 + "衡阳日报\n2022年3月18日 星期五\n第1号", None, None, None),
    ],
)  # fmt: skip
def test_a_head_says_paper_date_and_number(
    text: str, paper: str | None, issue_date: str | None, page_no: str | None
) -> None:
    found = read_masthead(text).metadata

    assert (found.paper, found.issue_date, found.page_no) == (paper, issue_date, page_no)


@pytest.mark.parametrize(
    ("weekday", "conflicts"),
    [
        ("星期五", ()),
        ("周五", ()),
        ("", ()),
        ("星期四", ("issue_date: the masthead says 2022-03-18 and 星期四, which cannot both be right",)),
    ],
)
def test_a_weekday_that_is_another_days_is_told(weekday: str, conflicts: tuple[str, ...]) -> None:
    found = read_masthead(f"衡阳日报\n2022年3月18日 {weekday}\n第1号")

    assert found.metadata.issue_date == "2022-03-18"
    assert found.conflicts == conflicts


@settings(max_examples=60)
@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.lists(st.sampled_from(["", " ", "　"]), min_size=16, max_size=16),
    st.booleans(),
)
def test_blanks_and_widths_make_no_difference(day: date, blanks: list[str], wide: bool) -> None:
    line = f"{day.year}年{day.month}月{day.day}日星期{'一二三四五六日'[day.weekday()]}"
    if wide:
        line = line.translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    torn = "".join(character + blank for character, blank in zip(line, blanks, strict=False))
    torn += line[len(blanks) :]

    found = read_masthead(f"衡阳日报\n{torn}\n第 18121 号\n")

    assert not found.conflicts
    assert found.metadata.issue_date == day.isoformat()


@settings(max_examples=60)
@given(st.text(alphabet="衡阳日报2022年3月18星期五第号版农历一 \n"))
def test_whatever_a_page_begins_with_a_date_is_a_day(text: str) -> None:
    found = read_masthead(text).metadata.issue_date

    assert found is None or len(found) == len("2022-03-18")
