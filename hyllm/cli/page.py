"""`hyllm eval page`: pages made of clean articles, with the archive's defects, and gold carried to them."""

import json
from pathlib import Path

import click

from hyllm.cli.exits import GATE_FAILED
from hyllm.errors import UsageError
from hyllm.evals import (
    BANDS,
    ArticleSet,
    Band,
    Carried,
    MadePage,
    carried_to,
    gold_file,
    make_page,
    measures,
    page_files,
    read_articles,
    write_text,
)
from hyllm.kinds import KINDS
from hyllm.scoring import PageText, check_gold

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(file_okay=False, path_type=Path)
_BAND = click.Choice(BANDS)


@click.command("page")
@click.argument("articles", type=_FILE)
@click.option("--band", type=_BAND, required=True, help="How damaged the page is.")
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed gives the same page.")
@click.option("--page", "page_id", metavar="ID", help="The page's id; otherwise ARTICLES' id and the band.")
@click.option("--gold", type=_FILE, metavar="FILE", help="Gold to be carried to the page; needs --out.")
@click.option("--gold-band", type=_BAND, default="clean", show_default=True, help="The band it is for.")
@click.option("--gold-seed", type=int, default=0, show_default=True, help="And that page's seed.")
@click.option("--json", "as_json", is_flag=True, help="The page as a line of JSON, with its measures.")
@click.option("--out", type=_OUT, metavar="DIR", help="Write pages/, truth/, gold/ and changes/ into DIR.")
def page(
    articles: Path,
    *,
    band: Band,
    seed: int,
    page_id: str | None,
    gold: Path | None,
    gold_band: Band,
    gold_seed: int,
    as_json: bool,
    out: Path | None,
) -> None:
    """Make a page as the archive's OCR has it out of clean ARTICLES (JSON).

    Without --out the page is printed. With it, DIR/pages gets the text and its sidecar, DIR/truth the
    place of every character. DIR/gold gets the gold in the page's own characters, DIR/changes what a
    person should look at: every value that is torn, misread or lost there. Exit status 1 means that the
    carried gold is unsound.
    """
    if gold is not None and out is None:
        raise UsageError("--gold needs --out: carried gold is a file")
    given = read_articles(articles)
    made = make_page(given, band, seed)
    name = page_id or f"{given.id}-{band}"
    if as_json or out is None:
        click.echo(_row(name, made) if as_json else made.text)
    if out is not None:
        _write_page(out, name, made)
    if gold is not None and out is not None:
        carried = carried_to(given, made, gold, name, band=gold_band, seed=gold_seed)
        _write_gold(out, name, carried)
        _check(out, name, made, given)


def _row(name: str, made: MadePage) -> str:
    """The page as a row of JSON Lines."""
    about = {"page": name, "text": made.text, "text_sha256": made.text_sha256, **made.sidecar()}
    return json.dumps(about | {"measures": measures(made)._asdict()}, ensure_ascii=False)


def _write_page(out: Path, name: str, made: MadePage) -> None:
    for file, text in page_files(name, made).items():
        write_text(out / file, text)
    write_text(out / "truth" / f"{name}.json", json.dumps(made.truth(), ensure_ascii=False) + "\n")
    told = ", ".join(f"{key} {value:.2g}" for key, value in measures(made)._asdict().items())
    click.echo(f"{name}: {told}", err=True)


def _write_gold(out: Path, name: str, carried: Carried) -> None:
    for file, text in gold_file(name, carried).items():
        write_text(out / file, text)
    changes = [json.dumps(change._asdict(), ensure_ascii=False) for change in carried.changes]
    write_text(out / "changes" / f"{name}.jsonl", "".join(f"{change}\n" for change in changes))
    click.echo(f"{name}: {len(changes)} values to look at in changes/{name}.jsonl", err=True)


def _check(out: Path, name: str, made: MadePage, articles: ArticleSet) -> None:
    text = PageText(made.text, articles.issue_date)
    found = check_gold(out / "gold" / f"{name}.json", tuple(KINDS.values()), {name: text})
    for finding in found.findings:
        sign = "wrong" if finding.certain else "look "
        click.echo(f"{sign} {finding.rule:7} {finding.at}: {finding.message}", err=True)
    if found.failed:
        raise SystemExit(GATE_FAILED)
