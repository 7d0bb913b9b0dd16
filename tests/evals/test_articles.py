import json
from pathlib import Path
from typing import Any

import pytest

from hyllm.errors import UsageError
from hyllm.evals import Place, read_articles, source_of
from tests.evals.making import SETS, articles

ONE: dict[str, Any] = {"id": "s", "articles": [{"id": "a", "paragraphs": ["第一段。"]}]}


def article(**fields: Any) -> dict[str, Any]:
    return {"id": "s", "articles": [{"id": "a", "paragraphs": ["第一段。"], **fields}]}


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ({"id": "s"}, "/articles: Field required"),
        ({"id": "s", "articles": []}, "/articles"),
        (ONE | {"id": "a b"}, "/id: Value error, must be letters, digits"),
        (ONE | {"issue_date": "30. Mai"}, "/issue_date: Value error, must be YYYY-MM-DD"),
        (ONE | {"issue_date": "2023-02-30"}, "/issue_date"),
        (ONE | {"articles": [*ONE["articles"], *ONE["articles"]]}, "two articles have the same id"),
        (article(paragraphs=["两\n行"]), "/articles/0/paragraphs/0: Value error, must be one line"),
        (article(paragraphs=[" 空白"]), "must be one line"),
        (article(paragraphs=[]), "has no text"),
        (article(titel=["题"]), "/articles/0/titel"),
        (
            article(titles=["题"], order=["titles/0"]),
            "order must name each part once: titles/0, paragraphs/0",
        ),
    ],
)
def test_what_is_wrong_with_a_file_of_articles_is_told_with_its_place(
    tmp_path: Path, raw: Any, told: str
) -> None:
    path = tmp_path / "articles.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(UsageError) as error:
        read_articles(path)
    assert told in str(error.value)
    assert str(path) in str(error.value)


def test_a_file_that_is_not_there_or_no_json_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_articles(tmp_path / "none.json")
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="no JSON"):
        read_articles(tmp_path / "bad.json")


def test_the_clean_text_follows_the_order_given_and_knows_each_place() -> None:
    source = source_of(articles("county"))
    assert [block.part for block in source.blocks[:6]] == [
        "furniture/0",
        "titles/0",
        "titles/1",
        "bylines/0",
        "paragraphs/0",
        "titles/2",
    ]
    at = source.text.index("谷雨油脂")
    assert source.place(at) == Place("oil", "paragraphs/1", 7)
    with pytest.raises(IndexError):
        source.place(source.blocks[0].end)


@pytest.mark.parametrize("name", SETS)
def test_the_invented_pages_are_as_long_as_a_part_of_a_real_one(name: str) -> None:
    assert 400 <= len(source_of(articles(name)).text) <= 900
