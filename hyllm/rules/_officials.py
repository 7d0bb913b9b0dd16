"""Officials: names with public titles before them, and what appointments say of them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from hyllm.rules._people import Person, name_end
from hyllm.rules._posts import Post, are_public, parse_post, posts_before
from hyllm.rules._sheet import Line, Sheet
from hyllm.values import surname_pattern

_SHARED = re.compile("[省市县区]领导|副[市县区]长|副主席|常委")
"""Titles that go for every name of a list: 副市长 before two names."""
_NAME = rf"(?P<name>{surname_pattern()}[\u4e00-\u9fff]{{1,2}}?)(?:\([男女]\))?(?:同志)?"
_BEGIN = r"(?:(?<=[,。;:、!?去命受由等和])|\A)"
_POST = r"(?P<post>[^,。;:!?的]{2,30}?)"
_NEWS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(_BEGIN + pattern), status)
    for pattern, status in (
        (rf"{_NAME}为{_POST}(?=[,。;]|\Z)", "appointed"),
        (rf"{_NAME}的{_POST}职务", "removed"),
        (rf"{_NAME}(?:请求)?辞去{_POST}(?=职务|[,。;]|\Z)", "removed"),
        (rf"{_NAME}不再(?:担任|兼任)?{_POST}(?=职务|[,。;]|\Z)", "removed"),
        (rf"{_NAME}拟(?:任|提名为){_POST}(?=[,。;]|\Z)", "proposed"),
        (rf"{_NAME}当选为?{_POST}(?=[,。;]|\Z)", "appointed"),
        (rf"{_NAME}代理{_POST}(?=职务|[,。;]|\Z)", "acting"),
        (rf"{_NAME}(?:任|担任|出任|兼任){_POST}(?=[,。;]|\Z)", "appointed"),
        (rf"{_NAME}曾任{_POST}(?=[,。;]|\Z)", "former"),
    )
)
_RANK = ("removed", "appointed", "acting", "proposed", "former", "holds")
"""Of several statuses of one post, the first of these is what the page reports as news."""


class _Said(NamedTuple):
    name: str
    post: Post
    line: Line


def officials(sheet: Sheet, found: Sequence[Person]) -> list[dict[str, Any]]:
    """The readings of the officials of a page, in the order of the first mention."""
    said = [*_titled(found), *(one for line in sheet.lines for one in _in_the_news(line))]
    by_name: dict[str, list[_Said]] = {}
    for one in said:
        by_name.setdefault(one.name, []).append(one)
    ordered = sorted(by_name.items(), key=lambda item: min(one.line.number for one in item[1]))
    return [_reading(name, mine) for name, mine in ordered]


def _titled(found: Sequence[Person]) -> Iterator[_Said]:
    """What titles before names say. A list after a title that goes for all has it for each."""
    before: Person | None = None
    shared: list[Post] = []
    for person in found:
        posts = posts_before(person.line.text, person.start)
        in_list = before is not None and before.line is person.line and person.start - before.end == 1
        if in_list and not posts:
            posts = shared
        else:
            posts = posts if are_public(posts) else []
            shared = posts[-1:] if posts and _SHARED.search(posts[-1].title) else []
        before = person
        yield from (_Said(person.name, post, person.line) for post in posts)


def _in_the_news(line: Line) -> Iterator[_Said]:
    """What appointments, removals and elections say."""
    for pattern, status in _NEWS:
        for match in pattern.finditer(line.text):
            post = parse_post(match.group("post"), status)
            name_stands = name_end(line.text, match.start("name")) in (match.end("name"), None)
            if post and name_stands and (post.organisation or _is_placed(post)) and are_public([post]):
                yield _Said(match.group("name"), post._replace(status=status), line)


def _is_placed(post: Post) -> bool:
    return post.title.endswith(("市长", "县长", "区长", "镇长", "乡长", "省长"))


def _reading(name: str, said: Sequence[_Said]) -> dict[str, Any]:
    """One person's posts, each once, without 市领导 where a real post is known."""
    posts: dict[str, Post] = {}
    for one in sorted(said, key=lambda one: _RANK.index(one.post.status)):
        posts.setdefault((one.post.organisation or "") + one.post.title, one.post)
    real = {key: post for key, post in posts.items() if not post.title.endswith("领导")}
    kept = real or posts
    lines = dict.fromkeys(
        one.line.number for one in said if (one.post.organisation or "") + one.post.title in kept
    )
    return {"name": name, "posts": [_post(post) for post in kept.values()], "evidence": sorted(lines)}


def _post(post: Post) -> dict[str, Any]:
    body = {"organisation": post.organisation} if post.organisation else {}
    return body | {"title": post.title, "status": post.status}
