"""Whether a sentence looks forward at the date in it: 将于8月1日."""

import re
from functools import lru_cache

from ._context import Outlook
from ._normal import fold

# 将军, 即将近, 模拟 and 决定于 only share a character with the words of intention.
_WILL = re.compile(
    "(?<![老小上中少大名虎健战干麻])将(?![军领士近来帅])|(?<![模虚草])拟(?!人|态)|(?<![决规固])定于"
)
_INTENDS = re.compile("计划|预计|力争|争取|确保|有望|预期|届时|要在|目标|安排在|定在")
_LINK = "(?:于|在|从|自|到|至)*"
_TOUCHING = re.compile(
    f"(?:(?:{_WILL.pattern}){_LINK}|(?:预计|力争|争取|确保|有望|预期|计划[于在到]|安排[于在]|定在){_LINK})$"
)
_CLAUSE_ENDS = re.compile("[,，。;；!?！？:：]")


@lru_cache(maxsize=4096)
def outlook_on(date_words: str, sentence: str) -> Outlook:
    """Where a date without a year looks, judged by the words around it.

    A noun such as 行动计划 before a date intends nothing; 将 further off may belong to something else.
    """
    if _WILL.search(date_words):
        return "next"
    folded = fold(sentence)
    # 1月5日 is not the end of 11月5日.
    found = re.search(rf"(?<![0-9一二三四五六七八九十]){re.escape(date_words)}", folded)
    clause = _CLAUSE_ENDS.split(folded[: found.start()])[-1] if found else ""
    if _TOUCHING.search(clause) or (found and _WILL.match(folded, found.end())):
        return "next"
    if _WILL.search(clause):
        return "clause"
    if _WILL.search(folded):
        return "elsewhere"
    return "likely" if _INTENDS.search(folded) else "past"
