"""What a page's name says: by a pattern, or by the one date that stands in it."""

import re
from contextlib import suppress

from hyllm.archive._metadata import Metadata, check_issue_date, plain_number, written_date
from hyllm.errors import UsageError

_DATE = (
    "(?:18|19|20)[0-9]{2}(?:(?P<separator>[-_.])[0-9]{1,2}(?:(?P=separator)[0-9]{1,2})?"
    "|[0-9]{4}|年[0-9]{1,2}月(?:[0-9]{1,2}日)?)?"
)
_FORMS = {"date": _DATE, "page_no": "[A-Za-z]?[0-9]{1,3}"}
_FIELD = re.compile(r"\{([^{}]*)\}")
_IN_NAME = re.compile(
    r"(?<![0-9])((?:18|19|20)[0-9]{2}"
    r"(?:([-_.])[0-9]{2}(?:\2[0-9]{2})?|[0-9]{4}|年[0-9]{1,2}月(?:[0-9]{1,2}日)?)?)(?![0-9])"
)
_BARE_YEAR = 4


class NamePattern:
    """How pages are named: `{paper}-{date}-{page_no}`, `{paper}/{date}/{page_no}`.

    `{paper}`, `{date}`, `{page_no}` and `{city}` are metadata; any other name in braces goes into `extra`.
    Without a slash the pattern is of the file's name, with n of them also of the n folders above.

    Raises:
        UsageError: the pattern has no field, a field twice, or braces that are no field.
    """

    def __init__(self, pattern: str) -> None:
        names = _FIELD.findall(pattern)
        if not names or len(set(names)) < len(names) or not all(map(_is_field, names)):
            raise UsageError(
                f"name pattern {pattern!r}: write fields as in {{paper}}-{{date}}-{{page_no}}, each once"
            )
        if set("{}") & set(_FIELD.sub("", pattern)):
            raise UsageError(f"name pattern {pattern!r}: a brace stands alone")
        self.pattern = pattern
        self._depth = pattern.count("/") + 1
        self._regex = re.compile("".join(map(_part, re.split(r"(\{[^{}]*\})", pattern))))

    def read(self, page: str) -> Metadata | None:
        """What the name of a page says, or `None` if it is not of this pattern.

        The 18 of hyrb-2022-03-18 is a day, so this name has no page number.
        """
        name = "/".join(page.split("/")[-self._depth :])
        match = self._regex.fullmatch(name)
        if match is None:
            return None
        found = {field: text for field, text in match.groupdict().items() if field != "separator"}
        date = _date(found.pop("date")) if "date" in found else None
        if date and (_only_date(name) or date).startswith(f"{date}-"):  # a date cut up into month and page
            return None
        page_no = plain_number(found.pop("page_no")) if "page_no" in found else None
        return Metadata(found.pop("paper", None), date, page_no, found.pop("city", None), found)


def _is_field(name: str) -> bool:
    return name.isidentifier() and name != "separator"


def _part(text: str) -> str:
    """The regular expression of a field, or of what stands between two."""
    name = _FIELD.fullmatch(text)
    return f"(?P<{name[1]}>{_FORMS.get(name[1], '[^/]+?')})" if name else re.escape(text)


def metadata_in_name(page: str, pattern: NamePattern | None = None) -> Metadata:
    """What a page's name says: by the pattern, else the date in the file's name, else in its folders'.

    A date counts if it is the only one, and more than a year, which is as likely a shelfmark.
    """
    if pattern and (found := pattern.read(page)):
        return found
    *folders, name = page.split("/")
    return Metadata(issue_date=_only_date(name) or _only_date("/".join(folders)))


def _only_date(name: str) -> str | None:
    dates = {date for match in _IN_NAME.finditer(name) if (date := _date(match[1]))}
    dates = {date for date in dates if len(date) > _BARE_YEAR}
    return dates.pop() if len(dates) == 1 else None


def _date(text: str) -> str | None:
    """The date as EDTF, if the calendar has it."""
    with suppress(UsageError):
        return check_issue_date(written_date(text) or text)
    return None
