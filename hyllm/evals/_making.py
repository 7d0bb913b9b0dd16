"""A folder's pages and gold, made from clean articles and adjudicated gold as `suites.toml` plans them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hyllm.errors import UsageError
from hyllm.evals._articles import ArticleSet, read_articles
from hyllm.evals._bands import make_page
from hyllm.evals._carry import Carried, carry
from hyllm.evals._page import Band, MadePage
from hyllm.evals._suites import Folder, PlannedPage
from hyllm.scoring import read_gold

_DIGESTS = "digests.json"
"""What `hyllm eval gold check --write-digests` writes beside gold."""


def page_files(name: str, made: MadePage) -> dict[str, str]:
    """The files of a page below a suite's folder: its text, and what is known of it."""
    return {f"pages/{name}.txt": made.text, f"pages/{name}.json": as_file(made.sidecar())}


def gold_file(name: str, carried: Carried) -> dict[str, str]:
    """The file of a page's gold below a suite's folder."""
    return {f"gold/{name}.json": as_file(carried.gold)}


def as_file(raw: Any) -> str:
    """JSON as it stands in these files: a value a line, so that a change of one is a change of a line."""
    return json.dumps(raw, ensure_ascii=False, indent=1) + "\n"


def write_text(path: Path, text: str) -> None:
    """Writes a file, and the folders it needs.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def make_planned(home: Path, planned: PlannedPage) -> tuple[ArticleSet, MadePage]:
    """A planned page, from `<home>/texts`.

    Raises:
        UsageError: the text is not there, or has another id than its file.
    """
    path = home / "texts" / f"{planned.text}.articles.json"
    articles = read_articles(path)
    if articles.id != planned.text:
        raise UsageError(f"{path}: its id must be {planned.text!r}, not {articles.id!r}")
    return articles, make_page(articles, planned.band, planned.seed)


def carried_to(
    articles: ArticleSet, made: MadePage, gold: Path, page: str, *, band: Band = "clean", seed: int = 0
) -> Carried:
    """A gold file carried to another page made of the same articles.

    Args:
        articles: the articles of both pages.
        made: the page it is carried to.
        gold: the gold file.
        page: the id of that page.
        band: the band of the page the gold is for.
        seed: that page's seed.

    Raises:
        UsageError: the file is no gold of one page, or its words are not on the page it is for.
    """
    pages = read_gold(gold)
    if len(pages) != 1:
        raise UsageError(f"{gold}: holds the gold of {len(pages)} pages, not of one")
    return carry(pages[0].raw, make_page(articles, band, seed), made, page)


def folder_files(folder: Folder) -> Iterator[tuple[str, str]]:
    """Every file of a folder as it would be made, by its path below the folder.

    Raises:
        UsageError: a text or its adjudicated gold is missing or broken.
    """
    for planned in folder.planned:
        articles, made = make_planned(folder.home, planned)
        carried = carried_to(articles, made, clean_gold(folder.home, planned.text), planned.page)
        yield from (page_files(planned.page, made) | gold_file(planned.page, carried)).items()


def clean_gold(home: Path, text: str, *, annotator: str | None = None) -> Path:
    """Where the gold of a text's clean page is kept, adjudicated or as one annotator has it."""
    return home / (f"labels/{annotator}" if annotator else "adjudicated") / f"{text}-clean.json"


def differences(folder: Folder, made: Mapping[str, str]) -> list[str]:
    """Sentences on every file of a folder that is not what would be made; none if all are."""
    root = folder.home / folder.name
    there = {
        file.relative_to(root).as_posix()
        for part in (folder.pages, folder.gold)
        for file in part.rglob("*")
        if file.is_file() and file.name != _DIGESTS
    }
    wrong = [f"{root / name}: is not there" for name in made if name not in there]
    wrong += [f"{root / name}: no page of suites.toml has it" for name in sorted(there - made.keys())]
    for name in sorted(there & made.keys()):
        if (root / name).read_bytes() != made[name].encode():
            wrong.append(f"{root / name}: is not what would be made")
    return wrong
