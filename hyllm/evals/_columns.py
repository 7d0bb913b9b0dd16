"""Articles cut into columns, and the columns of a page as the OCR strings them together."""

from typing import NamedTuple

from hyllm.evals._articles import PartKind
from hyllm.evals._dice import Dice
from hyllm.evals._glyphs import Glyphs, set_in_lines, text_of
from hyllm.evals._guards import is_numeric, may_break

_SHORT, _LONG = 4, 9
"""Lines of one article between two breaks of a column."""
_TRIES = 8
_BESIDE = 3
"""Articles that stand side by side on a page: only these cut into each other."""


class Part(NamedTuple):
    """A part of an article, in lines."""

    article: str | None
    kind: PartKind
    lines: list[Glyphs]
    whole: Glyphs
    """Before it was broken into lines."""
    ends_column: bool = False
    """Whether the column breaks off behind it."""


class Piece(NamedTuple):
    """What stands together without a blank line: a headline, a caption, a paragraph's share of a column."""

    article: str | None
    kind: PartKind
    lines: list[Glyphs]


def columns_of(parts: list[Part], dice: Dice) -> list[list[Piece]]:
    """The prose of one article, a list of pieces for each column it runs through."""
    columns: list[list[Piece]] = [[]]
    room = dice.between(_SHORT, _LONG)
    for part in parts:
        start = 0
        while start < len(part.lines):
            stop = _column_end(part, start, room)
            columns[-1].append(Piece(part.article, part.kind, part.lines[start:stop]))
            room -= stop - start
            start = stop
            if room <= 0 or (part.ends_column and stop == len(part.lines)):
                columns.append([])
                room = dice.between(_SHORT, _LONG)
    return [column for column in columns if column]


def _column_end(part: Part, start: int, room: int) -> int:
    """The line before which a column with room for `room` lines ends, or later: no value is cut in two."""
    free = _free_cuts(part)
    stop = min(start + max(1, room), len(part.lines))
    while not free[stop]:
        stop += 1
    return stop


def _free_cuts(part: Part) -> list[bool]:
    """For each line, and the end: whether a column may end before it."""
    places = {glyph.origin: place for place, glyph in enumerate(part.whole)}
    free = may_break(text_of(part.whole))
    return [True, *(free[places[line[0].origin]] for line in part.lines[1:]), True]


def strung(articles: list[list[list[Piece]]], dice: Dice) -> list[list[Piece]]:
    """The columns of several articles in the order the OCR took them, each article's mostly in its own.

    Where there are two articles, one cuts into another as far as their columns allow it.
    """
    found: list[list[Piece]] = []
    for _ in range(_TRIES):
        found = _strung_once(articles, dice)
        if returns(found):
            break
    return found


def returns(columns: list[list[Piece]]) -> int:
    """How often the page comes back to an article that another one has cut into."""
    articles = [column[0].article for column in columns]
    return sum(
        article in articles[:place] and article != articles[place - 1]
        for place, article in enumerate(articles)
        if place
    )


def _strung_once(articles: list[list[list[Piece]]], dice: Dice) -> list[list[Piece]]:
    """Of articles side by side, a column of one, then of another; now and then the one ahead."""
    waiting = [list(columns) for columns in articles if columns]
    found: list[list[Piece]] = []
    at = 0
    while waiting:
        at = min(at, len(waiting) - 1)
        ahead = dice.chance(0.12) and len(waiting[at]) > 1
        found.append(waiting[at].pop(1 if ahead else 0))
        if not waiting[at]:
            del waiting[at]
            at = 0
        elif len(waiting) > 1 and dice.chance(0.55):
            at = (at + 1) % min(len(waiting), _BESIDE)
    return found


def with_strays(columns: list[list[Piece]], strays: list[Piece], dice: Dice) -> list[list[Piece]]:
    """The columns with captions and other lines anywhere between them."""
    found = list(columns)
    for stray in strays:
        found.insert(dice.between(0, len(found)), [stray])
    return found


def pasted(pieces: list[Piece], times: int, dice: Dice) -> list[Piece]:
    """The pieces with the short last line of one, `times` over, behind a line of another article.

    That is how a line across two columns is read: the end of one paragraph within another.
    """
    found = list(pieces)
    for _ in range(times):
        givers = [n for n, piece in enumerate(found) if _ends_short(piece)]
        if not givers:
            break
        giver = dice.pick(givers)
        takers = [
            n
            for n, piece in enumerate(found)
            if 0 < abs(n - giver) <= _BESIDE
            and piece.kind == "paragraphs"
            and piece.article != found[giver].article
            and len(piece.lines) > 1
        ]
        if takers:
            _paste(found, giver, dice.pick(takers), dice)
    return found


def _ends_short(piece: Piece) -> bool:
    """Whether the last line of a piece is short, and may go without cutting or making a value."""
    if piece.kind != "paragraphs" or len(piece.lines) < 2:
        return False
    last = piece.lines[-1]
    free = may_break(text_of(set_in_lines(piece.lines, between=())))
    short = 2 <= len(last) <= 0.6 * len(piece.lines[-2])
    return short and free[-1 - len(last)] and not is_numeric(last[-1].char)


def _paste(pieces: list[Piece], giver: int, taker: int, dice: Dice) -> None:
    *kept, last = pieces[giver].lines
    lines = list(pieces[taker].lines)
    free = _free_lines(lines)
    if free:
        at = dice.pick(free)
        lines[at] = lines[at] + last
        pieces[giver] = pieces[giver]._replace(lines=kept)
        pieces[taker] = pieces[taker]._replace(lines=lines)


def _free_lines(lines: list[Glyphs]) -> list[int]:
    """The lines, the last one aside, behind which a line may be pasted: no value is cut, none is made."""
    free = may_break(text_of(set_in_lines(lines, between=())))
    ends = [sum(map(len, lines[: n + 1])) for n in range(len(lines) - 1)]
    return [n for n, end in enumerate(ends) if free[end] and not is_numeric(lines[n][-1].char)]


def apart(pieces: list[Piece]) -> list[Piece]:
    """The pieces with none that begins with a number right behind one that ends with a number.

    A figure without its unit, then 2400万元: read together they would be a third number.
    """
    found: list[Piece] = []
    waiting = list(pieces)
    while waiting:
        fits = (n for n, piece in enumerate(waiting) if not (found and _run_together(found[-1], piece)))
        found.append(waiting.pop(next(fits, 0)))
    return found


def _run_together(first: Piece, second: Piece) -> bool:
    return is_numeric(first.lines[-1][-1].char) and is_numeric(second.lines[0][0].char)
