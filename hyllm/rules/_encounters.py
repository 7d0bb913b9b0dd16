"""Meetings without a name: a reception, talks, a visit, a signing, called by the clause that tells of it."""

import re
from collections.abc import Iterator
from itertools import pairwise

from hyllm.rules._bodies import is_body
from hyllm.rules._drafts import Draft
from hyllm.rules._people import Cast
from hyllm.rules._roles import JOINED
from hyllm.rules._sheet import Line, clauses

_RECEIVED = re.compile("会见了?")
_TALKED = re.compile("(?:进行)?(?:座谈|会谈)(?!会|时|中)")
_TOURED = re.compile(
    "(?:率队|带队|率领|一行|先后|专程|实地)*(?:深入|来到|前往|赴|到|在)(?P<place>[^,。;]{2,30}?)"
    "(?:开展|进行|实地|调度|督导|现场)*(?P<verb>调研|考察|视察|督导|巡查|走访|慰问|检查|督查)(?P<topic>[^,。;]{0,30})"
)
_NO_TOPIC = re.compile("时|中|了|后|并|强调|指出|活动|组|工作$")
_SIGNED = re.compile(
    "(?P<one>[^,。;]{2,40}?)(?:与|和|同)(?P<other>[^,。;]{2,40}?)(?:正式|成功|共同)?(?:签订|签署)了?(?P<what>[^,。;]{2,50})"
)
_PACT = re.compile("协议|合同|备忘录|协议书|意向书")
_AHEAD = re.compile("将|拟|定于|计划|曾|多次|经常|每")
_LONGEST = 48


def encounters(line: Line, cast: Cast) -> Iterator[Draft]:
    """The receptions, talks, tours and signings that a line tells of."""
    for start, end in clauses(line.text):
        clause = line.text[start:end]
        if _AHEAD.search(clause):
            continue
        names = cast.within(line.text, start, end)
        found = _signing(line, start, clause)
        if names:
            found = _reception(line, start, end, names) or _tour(line, start, clause, names) or found
        if found:
            yield found


def _reception(line: Line, start: int, end: int, names: list[re.Match[str]]) -> Draft | None:
    """方自强会见了…沈一舟, 方自强与…沈一舟座谈."""
    text = line.text
    received = _RECEIVED.search(text, start, end)
    talked = _TALKED.search(text, start, end)
    if received:
        name, verb = text[received.start() : end], received.start()
    elif talked and (joint := re.compile("与").search(text, start, talked.start())):
        name, verb = text[_subject(names, start) : talked.end()], joint.start()
    else:
        return None
    hosts = [m.group() for m in names if m.end() <= verb]
    guests = _joined(text, [m for m in names if m.start() > verb])
    if not hosts or not guests or len(name) > _LONGEST:
        return None
    draft = Draft("reception", name, {line.number}, is_clause=True)
    for person in hosts:
        draft.add(person, ["received"], line.number)
    for person in guests:
        draft.add(person, ["visited"], line.number)
    return draft


def _joined(text: str, names: list[re.Match[str]]) -> list[str]:
    """The first name, and those joined to it by 、 or 和."""
    kept = names[:1]
    for before, name in pairwise(names):
        if not JOINED.match(text, before.end(), name.start()):
            break
        kept.append(name)
    return [name.group() for name in kept]


def _subject(names: list[re.Match[str]], start: int) -> int:
    return names[0].start() if names else start


def _tour(line: Line, start: int, clause: str, names: list[re.Match[str]]) -> Draft | None:
    """方自强深入新塘县调研春耕."""
    first = names[0]
    match = _TOURED.match(clause, names[-1].end() - start)
    if not match:
        return None
    name = line.text[first.start() : start + match.end()]
    draft = Draft("inspection", name[:_LONGEST], {line.number}, is_clause=True)
    draft.place = match["place"] if len(match["place"]) <= 14 else None
    draft.topics = [] if _NO_TOPIC.search(match["topic"]) else _split(match["topic"])
    for person in names:
        draft.add(person.group(), ["attended"], line.number)
    return draft


def _split(words: str) -> list[str]:
    return [part for part in re.split("[、和]", words) if len(part) > 1]


def _signing(line: Line, start: int, clause: str) -> Draft | None:
    """市商务局与…公司签订…合同, if it has a date."""
    match = _SIGNED.match(clause)
    if not match or not _PACT.search(match["what"]):
        return None
    opening = max(
        (
            v.end - start
            for v in line.of_type("date")
            if start <= v.start and v.end - start <= match.end("one")
        ),
        default=0,
    )
    one = clause[opening : match.end("one")]
    dates = [v for v in line.of_type("date") if v.start < start + match.end("one")]
    if not is_body(one) or not is_body(match["other"]) or not dates:
        return None
    draft = Draft("signing", clause[opening : match.end()], {line.number}, is_clause=True)
    draft.outcomes = [("signed", match["what"])]
    return draft
