"""An archive at a URL is copied to the user's cache, and what has not changed is not copied again."""

import os
from pathlib import Path

import pytest

from hyllm.archive import archive_files
from hyllm.cluster import bring_here
from hyllm.cluster._arrow import ArrowFolder
from hyllm.errors import PageError, UsageError
from tests.cluster.objects import object_store


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive, to be reached by a URL."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "archive"
    (folder / "2020").mkdir(parents=True)
    (folder / "2020" / "a.txt").write_text("新塘工厂开工", encoding="utf-8")
    (folder / "2020" / "a.json").write_text("{}", encoding="utf-8")
    (folder / "b.jsonl").write_text('{"page": "b", "text": "草市镇"}\n', encoding="utf-8")
    (folder / "notes.doc").write_bytes(b"x")
    return folder


def brought(url: str) -> tuple[Path, list[str]]:
    said: list[str] = []
    return bring_here(url, said.append), said


def test_it_has_the_names_and_pages_that_the_archive_has(there: Path) -> None:
    here, said = brought(there.as_uri())
    assert sorted(path.relative_to(here).as_posix() for path in here.rglob("*.*")) == [
        "2020/a.json",
        "2020/a.txt",
        "b.jsonl",
    ]
    pages = [
        [file.page for file in archive_files([f]) if not isinstance(file, PageError)] for f in (there, here)
    ]
    assert pages[0] == pages[1] == ["b", "2020/a"]
    assert len(said) == 1
    assert "3 files" in said[0]


def test_only_what_has_changed_is_copied_again_and_what_is_gone_goes(there: Path) -> None:
    here, _ = brought(there.as_uri())
    assert brought(there.as_uri())[1] == []
    assert brought(f"{there.as_uri()}/") == (here, [])
    (there / "b.jsonl").write_text('{"page": "b", "text": "草市村"}\n', encoding="utf-8")  # of the same size
    os.utime(there / "b.jsonl", ns=(1, 1))
    (there / "2020" / "a.txt").unlink()
    _, said = brought(there.as_uri())
    assert "1 files" in said[0]
    assert "草市村" in (here / "b.jsonl").read_text(encoding="utf-8")
    assert not (here / "2020" / "a.txt").exists()


def test_one_file_of_an_archive(there: Path) -> None:
    here, _ = brought((there / "2020" / "a.txt").as_uri())
    assert here.read_text(encoding="utf-8") == "新塘工厂开工"
    assert here.with_suffix(".json").exists()


def test_one_file_whose_name_is_encoded_in_its_url(there: Path) -> None:
    path = there / "2020" / "市报 1#.txt"
    path.write_text("草市镇", encoding="utf-8")
    path.with_suffix(".json").write_text("{}", encoding="utf-8")
    assert "%20" in path.as_uri()
    here, _ = brought(path.as_uri())
    assert here.name == path.name
    assert here.read_text(encoding="utf-8") == "草市镇"
    assert here.with_suffix(".json").exists()


def test_nothing_there_is_told(there: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.txt: no such file"):
        brought((there / "none.txt").as_uri())
    with pytest.raises(UsageError, match=r"nowhere: no \*\.txt"):
        brought((there / "nowhere").as_uri())


def test_names_that_no_file_can_have_are_passed_over_and_told(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, objects = object_store()
    for name in ("a.txt", "2020//b.txt", "2020\\c.txt", "../d.txt", "e/./f.jsonl", "g//h.doc"):
        objects.objects[f"b/p/{name}"] = b"x"
    folder = ArrowFolder(files, "b/p", given="", where="s3://b/p", whole_on_close=True)
    monkeypatch.setattr("hyllm.cluster._mirror.open_folder", lambda url: folder)  # pyright: ignore
    here, said = brought("s3://b/p")
    assert [path.relative_to(here).as_posix() for path in here.rglob("*")] == ["a.txt"]
    assert said[0].startswith("s3://b/p: 4 files are passed over")
    assert said[0].endswith(": ../d.txt, 2020//b.txt, 2020\\c.txt, …")
    assert "1 files" in said[1]
