"""What holds for every page, whatever its articles and seed."""

import hashlib
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyllm.evals import BANDS, ArticleSet, Band, MadePage, make_page, measures
from hyllm.evals._guards import value_spans
from hyllm.text import fold
from hyllm.values import find_values
from tests.evals.making import SETS, article_sets, articles, page

DAMAGED: tuple[Band, ...] = ("wrapped", "interleaved")
often = settings(max_examples=12)
seeds = st.integers(0, 10**6)

Spans = Callable[[str], Iterable[tuple[int, int]]]


def found_spans(text: str) -> Iterable[tuple[int, int]]:
    """What the readers of values find, in lines without blanks."""
    return [(found.start, found.end) for found in find_values(text)] if " " not in text else []


@often
@given(article_sets(), st.sampled_from(BANDS), seeds)
def test_the_same_seed_gives_the_same_bytes(given_articles: ArticleSet, band: Band, seed: int) -> None:
    assert make_page(given_articles, band, seed).glyphs == make_page(given_articles, band, seed).glyphs


@often
@given(article_sets(), st.sampled_from(BANDS), seeds)
def test_every_character_is_traced_or_was_put_in(given_articles: ArticleSet, band: Band, seed: int) -> None:
    made = make_page(given_articles, band, seed)
    origins = [glyph.origin for glyph in made.glyphs if glyph.origin is not None]
    assert len(origins) == len(set(origins)), "no character is printed twice"
    for at, glyph in enumerate(made.glyphs):
        place = made.place(at)
        assert (place is None) == (glyph.origin is None)
        assert place is not None or glyph.char.isspace()
    changed = {at for at, _, _ in made.changed()}
    assert all(
        made.glyphs[at].char == made.source.text[made.glyphs[at].origin or 0]
        for at in made.printed.values()
        if at not in changed
    )


@often
@given(article_sets(), st.sampled_from(DAMAGED), seeds)
def test_the_runs_are_the_whole_map(given_articles: ArticleSet, band: Band, seed: int) -> None:
    made = make_page(given_articles, band, seed)
    told = {run.start + n: run.source + n for run in made.runs for n in range(run.end - run.start)}
    assert told == {at: origin for origin, at in made.printed.items()}


@often
@given(article_sets(), st.sampled_from(BANDS), seeds)
def test_the_stretches_say_whose_each_character_is(given_articles: ArticleSet, band: Band, seed: int) -> None:
    made = make_page(given_articles, band, seed)
    owners = {at: stretch.article for stretch in made.stretches for at in range(stretch.start, stretch.end)}
    for at in range(len(made.text)):
        place = made.place(at)
        assert place is None or owners.get(at) == place.article


@often
@given(article_sets())
def test_the_clean_band_is_the_articles_line_by_line(given_articles: ArticleSet) -> None:
    made = make_page(given_articles, "clean")
    assert made.text == made.source.text
    assert not list(made.changed())
    texts = [text for article in given_articles.articles for _, _, text in article.parts()]
    assert made.text.split("\n\n") == [*given_articles.furniture, *texts]


@often
@given(article_sets(), seeds)
def test_wrapping_changes_widths_and_blanks_alone(given_articles: ArticleSet, seed: int) -> None:
    made = make_page(given_articles, "wrapped", seed)
    assert fold(made.text) == fold(made.source.text)


@often
@given(article_sets(), seeds)
def test_no_value_is_misread_and_none_is_cut_in_two(given_articles: ArticleSet, seed: int) -> None:
    assert_values_hold(make_page(given_articles, "interleaved", seed))


@pytest.mark.parametrize("name", SETS)
def test_no_value_of_an_invented_page_is_misread(name: str) -> None:
    for seed in range(8):
        assert_values_hold(page(name, "interleaved", seed), found_spans)


def assert_values_hold(made: MadePage, spans: Spans = value_spans) -> None:
    """Every value of the articles is on the page as it was, but for the unit of one figure."""
    cut = 0
    for block in made.source.blocks:
        line = made.source.text[block.start : block.end]
        for start, end in spans(line):
            span = range(block.start + start, block.start + end)
            words = [made.text[slice(*piece)] for piece in made.pieces(span)]
            assert len(words) == 1
            value = fold(made.source.text[span.start : span.stop])
            assert value.startswith(fold(words[0]))
            cut += fold(words[0]) != value
    assert cut <= 1


@pytest.mark.parametrize("name", SETS)
def test_the_bands_differ_in_what_they_are_meant_to_differ_in(name: str) -> None:
    clean = measures(page(name, "clean"))
    assert (clean.blanks, clean.misread, clean.lost, clean.returns, clean.torn) == (0, 0, 0, 0, 0)
    assert clean.half == 0
    wrapped = [measures(page(name, "wrapped", seed)) for seed in range(8)]
    assert all(one.lines > clean.lines and one.half > 0 and one.blanks for one in wrapped)
    assert all((one.misread, one.lost, one.returns, one.torn) == (0, 0, 0, 0) for one in wrapped)
    mixed = [measures(page(name, "interleaved", seed)) for seed in range(8)]
    assert all(one.returns and one.torn for one in mixed)
    assert sum(bool(one.misread) for one in mixed) >= 6
    assert sum(bool(one.lost) for one in mixed) >= 2


@pytest.mark.parametrize("name", SETS)
def test_seeds_give_different_pages(name: str) -> None:
    assert len({page(name, band, seed).text for band in DAMAGED for seed in range(8)}) == 16


def test_the_articles_stay_in_order_in_the_clean_and_wrapped_bands() -> None:
    for band in ("clean", "wrapped"):
        assert [stretch.article for stretch in page("front", band).stretches] == ["signing", "meeting"]


def test_the_sidecar_is_what_a_scorer_tells_scores_by() -> None:
    made = page("county", "interleaved")
    sidecar = made.sidecar()
    about = {
        key: sidecar[key] for key in ("paper", "issue_date", "page_no", "cluster", "group", "band", "seed")
    }
    assert about == {
        "paper": "衡阳日报",
        "issue_date": "2024-03",
        "page_no": "3",
        "cluster": "county",
        "group": "feature",
        "band": "interleaved",
        "seed": 0,
    }
    assert {span["id"] for span in sidecar["articles"]} == {"oil", "ward"}


def test_the_truth_rebuilds_the_clean_text_from_the_page() -> None:
    made = page("front", "interleaved", 1)
    truth = made.truth()
    back = list(truth["source"])
    for start, end, source in truth["runs"]:
        back[source : source + end - start] = made.text[start:end]
    for at, before, _ in truth["changed"]:
        back[made.glyphs[int(at)].origin or 0] = before
    assert "".join(back) == truth["source"]
    assert truth["text_sha256"] == hashlib.sha256(made.text.encode()).hexdigest()


def test_articles_of_an_eval_are_the_same_for_ever() -> None:
    """A page's hash, and with it every recording, hangs on these bytes."""
    made = make_page(articles("front"), "interleaved", 7)
    assert made.text_sha256[:16] == "3848605eb60d0bb6"
