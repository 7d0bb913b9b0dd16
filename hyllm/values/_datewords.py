"""The words of dates: which fix nothing, which lie outside the calendar, what the others count from."""

import re

_VAGUE = (
    "近日|近来|近期|近年|近几年|近些年|近两年|近几天|近几个月|最近|日前|目前|当前|当下|眼下|"
    "现在|现今|如今|时下|今后|此后|此前|以前|以后|之前|过去|以往|往年|历年|多年|常年|长期|"
    "往日|昔日|早年|早期|前期|后期|后来|未来|将来|日后|不久|不久前|不久后|前不久|前些年|"
    "前些日子|前几天|前几年|这几天|这几年|这些年|几天前|几年前|多年前|数年前|连日|连年|平时|平日|"
    "随时|有时|一直|曾经|最终|及时|早日|尽快|尽早|适时|新时期|新时代|新形势下|下一步|下步|"
    "一段时间|一段时期|现阶段|当代|近现代|近代|古代|同期|去年同期|上年同期"
)
_SOME = "(?:[一二两三四五六七八九十几数多]+|[1-5]?[0-9])[多余]?"
_VAGUE_DATE = re.compile(
    rf"(?:在|于|自|从|到|至)?(?:{_VAGUE})(?:以来|来|起)?"
    rf"|(?:近|最近|过去|这|未来|今后){_SOME}个?(?:年|月|天|日|周|星期)(?:以来|来|间|内|里)?"
    rf"|{_SOME}(?:年|个月|天|周|个星期)(?:以来|来|间|内|里)"
)
_FESTIVALS = (
    "农历|阴历|夏历|正月|腊月|冬月|闰月|除夕|小年|大年|春节|元旦|元宵|清明|端午|七夕|中元|"
    "中秋|重阳|国庆|五一|六一|七一|八一|十一(?![月日号年时点届至到、-])|劳动节|儿童节|建党节|"
    "建军节|妇女节|青年节|教师节|护士节|圣诞|双十一|双11|双12|618|春运|暑假|寒假|暑期|"
    "黄金周|小长假|长假|假期|节前|节后|节日|立春|雨水|惊蛰|春分|谷雨|立夏|小满|芒种|夏至|小暑|"
    "大暑|立秋|处暑|白露|秋分|寒露|霜降|立冬|小雪|大雪|冬至|小寒|大寒|三伏|入伏|"
    "初[一二三四五六七八九十]|[甲乙丙丁戊己庚辛壬癸][子丑寅卯辰巳午未申酉戌亥]年|民国|公元前"
)
_OTHER_CALENDARS = re.compile(_FESTIVALS)


def is_vague(words: str) -> bool:
    """Whether the words fix no time at all."""
    return _VAGUE_DATE.fullmatch(words) is not None


def is_outside_calendar(words: str) -> bool:
    """Whether a festival, the lunar calendar or a plan period is named, for which no convention exists."""
    return _OTHER_CALENDARS.search(words) is not None


ISSUE_YEARS: dict[str, int] = {
    "大前年": -3, "前年": -2, "去年": -1, "上年": -1, "上一年": -1, "今年": 0, "本年": 0,
    "明年": 1, "来年": 1, "后年": 2, "大后年": 3,
}  # fmt: skip
SEASON_YEARS: dict[str, int] = {"去": -1, "今": 0, "明": 1, "来": 1}
"""The issue year's forms before a season: 今秋."""
ANCHOR_YEARS: dict[str, int] = {
    "同年": 0, "当年": 0, "该年": 0, "是年": 0, "次年": 1, "翌年": 1, "第二年": 1, "转年": 1,
}  # fmt: skip
ISSUE_MONTHS: dict[str, int] = {"上月": -1, "上个月": -1, "本月": 0, "这个月": 0, "下月": 1, "下个月": 1}
ANCHOR_MONTHS: dict[str, int] = {"同月": 0, "当月": 0, "该月": 0, "是月": 0, "次月": 1, "翌月": 1}
ISSUE_DAYS: dict[str, int] = {
    "大前天": -3, "前天": -2, "前日": -2, "昨天": -1, "昨日": -1, "昨": -1,
    "今天": 0, "今日": 0, "今": 0, "即日": 0, "明天": 1, "明日": 1, "明": 1, "后天": 2, "后日": 2, "大后天": 3,
}  # fmt: skip
ANCHOR_DAYS: dict[str, int] = {
    "前一天": -1, "前一日": -1, "同日": 0, "同一天": 0, "当日": 0, "当天": 0, "该日": 0, "是日": 0,
    "次日": 1, "翌日": 1, "第二天": 1, "隔日": 1, "隔天": 1,
}  # fmt: skip
