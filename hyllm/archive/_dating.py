"""What pages' dates will do for them, told before anything is sent."""

import re
from collections.abc import Iterable, Sequence

from hyllm.archive._page import Page, shown

_DAY, _MONTH = len("2020-07-30"), len("2020-07")
_ON_THE_DAY = re.compile("昨[日天晚晨]|今[日天晚晨]|明[日天晚晨]|前[日天](?!津)|后天|即日起|(?:本|上|下)周")
_ON_THE_YEAR = re.compile(
    "今年|去年|前年|明年|后年|本年度?|本月|上月|下月|(?<![0-9年])[0-9]{1,2}月[0-9]{1,2}日"
)
_NAMED = 5
_HELP = "Give --issue-date, a sidecar <page>.json or --metadata FILE.csv."


def describe_dates(pages: Sequence[Page]) -> str:
    """How many pages have an issue date, and what stays unresolved on those that have none.

    Returns:
        A line with the counts; with a page that is not dated to the day, a line on each such group of pages:
        about how many expressions lean on the date, and which pages these are. One more where the city, which
        tells what a place's code is, is not known.
    """
    day = [page for page in pages if len(page.issue_date or "") == _DAY]
    part = [page for page in pages if page.issue_date and len(page.issue_date) < _DAY]
    none = [page for page in pages if page.issue_date is None]
    month = [page for page in part if len(page.issue_date or "") == _MONTH]
    counts = [(day, "dated to the day"), (month, "only to the month"), (none, "without a date")]
    counts.insert(2, ([page for page in part if page not in month], "only to the year"))
    lines = [f"Issue dates: {', '.join(f'{len(some)} {what}' for some, what in counts if some)}."]
    if part:
        lines.append(f"Unresolved without the day: {_left(part, [_ON_THE_DAY])} as 昨日: {_names(part)}.")
    if none:
        left = _left(none, [_ON_THE_DAY, _ON_THE_YEAR])
        lines.append(f"Unresolved without a date: {left} as 昨日, 今年, 3月16日: {_names(none)}.")
    if len(lines) > 1:
        lines.append(_HELP)
    if nowhere := [page for page in pages if page.own_city is None]:
        lines.append(f"Paper and city unknown, so no place_code: {_names(nowhere)}. Give --paper or --city.")
    return "\n".join(lines)


def _left(pages: Iterable[Page], patterns: Sequence[re.Pattern[str]]) -> str:
    """How many expressions on these pages lean on a date they do not have."""
    count = sum(len(pattern.findall(page.text)) for page in pages for pattern in patterns)
    return {0: "no word seen", 1: "about 1 such word"}.get(count, f"about {count} such words")


def _names(pages: Sequence[Page]) -> str:
    named = ", ".join(shown(page.page) for page in pages[:_NAMED])
    return named if len(pages) <= _NAMED else f"{named} and {len(pages) - _NAMED} more"
