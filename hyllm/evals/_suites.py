"""`suites.toml`: which pages are made of which texts, and which suites of answers are scored on them."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hyllm.errors import UsageError
from hyllm.evals._page import BANDS, Band

Gated = Literal["slots", "slots_P", "slots_R", "records", "grounded_correct"]
"""What a floor can be set for: the lower end of its interval must reach it."""
_MOST_TOLD = 8
_Share = Annotated[float, Field(ge=0, le=1)]


class PlannedPage(NamedTuple):
    """A page as `suites.toml` plans it."""

    text: str
    band: Band
    seed: int

    @property
    def page(self) -> str:
        """Its id, and the name of its files."""
        return f"{self.text}-{self.band}"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Folder(_Strict):
    """A table `[folders.NAME]`."""

    seed: int = 0
    clean: tuple[str, ...] = ()
    wrapped: tuple[str, ...] = ()
    interleaved: tuple[str, ...] = ()


class _Suite(_Strict):
    """A table `[suites.NAME]`."""

    folder: str
    pages: tuple[str, ...] = ("*",)
    strategy: str = "page"
    cassettes: str | None = None
    floors: dict[Gated, _Share] = Field(default_factory=dict[Gated, _Share])
    margin: _Share | None = None
    fresh: tuple[str, ...] = ()


class _File(_Strict):
    folders: dict[str, _Folder]
    suites: dict[str, _Suite]


@dataclass(frozen=True, slots=True)
class Folder:
    """Pages and their gold: `<home>/<name>/pages` and `<home>/<name>/gold`."""

    name: str
    home: Path
    """The folder of `suites.toml`."""
    planned: tuple[PlannedPage, ...]

    @property
    def pages(self) -> Path:
        return self.home / self.name / "pages"

    @property
    def gold(self) -> Path:
        return self.home / self.name / "gold"


@dataclass(frozen=True, slots=True)
class Suite:
    """Answers to pages of one folder, and what their scores must reach."""

    name: str
    folder: Folder
    planned: tuple[PlannedPage, ...]
    """Those of the folder's pages that belong to the suite, sorted by their ids."""
    strategy: str
    """How the model is asked unless something else is said."""
    cassettes: Path
    """The recordings, a folder a strategy."""
    floors: Mapping[str, float]
    """What the lower end of an interval must reach, by its name in `metrics.json`."""
    margin: float | None
    """How far slots F1 may lie under the baseline's, significant or not."""
    fresh: tuple[str, ...]
    """Pages whose recordings may never be stale."""

    def baseline(self, strategy: str) -> Path:
        """Where the blessed run of a strategy is kept."""
        name = self.name if strategy == self.strategy else f"{self.name}-{strategy}"
        return self.folder.home / "baselines" / f"{name}.json"


@dataclass(frozen=True, slots=True)
class Suites:
    """All that `suites.toml` says."""

    home: Path
    folders: Mapping[str, Folder]
    suites: Mapping[str, Suite]

    def suite(self, name: str) -> Suite:
        """The suite of this name.

        Raises:
            UsageError: there is none.
        """
        if name not in self.suites:
            raise UsageError(f"no suite {name!r}; there are {', '.join(self.suites) or 'none'}")
        return self.suites[name]


def read_suites(path: Path) -> Suites:
    """The suites in a file.

    Raises:
        UsageError: it cannot be read, or says something that cannot be; the message names the place.
    """
    try:
        tree: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        found = _File.model_validate(tree)
    except FileNotFoundError as error:
        raise UsageError(
            f"{path}: is not there; --suites FILE names the file that lists the suites"
        ) from error
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        faults = error.errors(include_url=False)[:_MOST_TOLD]
        told = "\n  ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        raise UsageError(f"{path}:\n  {told}") from error
    except ValueError as error:
        raise UsageError(f"{path}: is no TOML in UTF-8: {error}") from error
    home = path.parent
    folders = {name: _folder(name, table, home) for name, table in found.folders.items()}
    suites = {name: _suite(name, table, folders, path) for name, table in found.suites.items()}
    _check_splits(folders, path)
    return Suites(home, folders, suites)


def _folder(name: str, table: _Folder, home: Path) -> Folder:
    planned = [PlannedPage(text, band, table.seed) for band in BANDS for text in getattr(table, band)]
    return Folder(name, home, tuple(sorted(set(planned), key=lambda one: one.page)))


def _suite(name: str, table: _Suite, folders: Mapping[str, Folder], path: Path) -> Suite:
    where = f"{path}: suites.{name}"
    if table.folder not in folders:
        raise UsageError(f"{where}: folder {table.folder!r} is none of {', '.join(folders) or 'none'}")
    folder = folders[table.folder]
    ids = [one.page for one in folder.planned]
    for pattern in (*table.pages, *table.fresh):
        if not any(fnmatchcase(page, pattern) for page in ids):
            raise UsageError(f"{where}: no page of {folder.name} is {pattern!r}")
    planned = tuple(one for one in folder.planned if any(fnmatchcase(one.page, p) for p in table.pages))
    cassettes = Path(os.path.normpath(path.parent / (table.cassettes or f"../cassettes/{name}")))
    return Suite(
        name,
        folder,
        planned,
        table.strategy,
        cassettes,
        {str(view): floor for view, floor in table.floors.items()},
        table.margin,
        table.fresh,
    )


def _check_splits(folders: Mapping[str, Folder], path: Path) -> None:
    """A text whose pages stand in two folders would be tuned to in one and tested on in the other."""
    home: dict[str, str] = {}
    for folder in folders.values():
        for text in sorted({one.text for one in folder.planned}):
            other = home.setdefault(text, folder.name)
            if other != folder.name:
                raise UsageError(f"{path}: text {text!r} stands in folders {other} and {folder.name}")
