"""What a store's requests say, pinned as text when it began; another version of hyllm says the same."""

import hashlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hyllm.batch._store import now
from hyllm.client import Endpoint
from hyllm.errors import UsageError
from hyllm.extract import Extractor
from hyllm.kinds import find_named_kinds
from hyllm.pinned import Pinned
from hyllm.prompting import common_prompt, read_prompt
from hyllm.version import __version__

_AGAIN = ("mend", "rest", "part", "unreadable", "second")
"""The prompts of further turns."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A row of `setups`."""

    id: int
    pinned: Pinned
    prompts: Mapping[str, str]
    """The text of each prompt file that further turns are worded by, under its path below the folder."""
    schemas: Mapping[str, Any]
    """The JSON Schema of each kind's records, under its plural."""
    ask_again: bool
    gazetteer: str | None
    """The text of a gazetteer of the user's own."""
    adopted: bool
    created: str = ""
    hyllm: str = __version__

    @property
    def model(self) -> str:
        return self.pinned.options.model

    @property
    def key(self) -> bytes:
        """Hash of everything that makes requests and their reading what they are."""
        said = [self.pinned.to_json(), dict(self.prompts), self.ask_again, self.gazetteer]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).digest()

    def extractor(self, folder: Path, endpoint: Endpoint | None = None) -> Extractor:
        """An extractor that asks and reads as this setup says.

        Args:
            folder: an empty folder, in which the prompts are put.
            endpoint: where requests go; without one none can be sent.
        """
        for name, text in self.prompts.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        gazetteer: Path | None = None
        if self.gazetteer:
            gazetteer = folder / f"{json.loads(self.gazetteer).get('name', 'gazetteer')}.json"
            gazetteer.write_text(self.gazetteer, encoding="utf-8")
        return Extractor(
            pinned=self.pinned,
            prompts=folder,
            endpoint=endpoint,
            ask_again=self.ask_again,
            gazetteer=gazetteer,
        )


def new_setup(
    extractor: Extractor, *, prompts: Path | None, ask_again: bool, gazetteer: Path | None, adopted: bool
) -> Setup:
    """What an extractor's requests say, to be pinned."""
    schemas = {kind.hyllm.plural: kind.model_json_schema() for kind in extractor.kinds}
    files = {
        f"again/{name}.md": read_prompt(path)
        for name in _AGAIN
        if (path := common_prompt(f"again/{name}.md", prompts)).exists()
    }
    own = None
    if gazetteer:
        own = json.dumps(json.loads(gazetteer.read_text(encoding="utf-8")) | {"name": gazetteer.stem})
    return Setup(0, extractor.pin(), files, schemas, ask_again, own, adopted)


def save_setup(connection: sqlite3.Connection, setup: Setup) -> int:
    """Adds a setup; its id. One that is there already is not added again."""
    known = connection.execute("SELECT id FROM setups WHERE key = ?", (setup.key,)).fetchone()
    if known:
        return known[0]
    values = (
        now(),
        __version__,
        json.dumps(setup.pinned.to_json(), ensure_ascii=False),
        json.dumps(dict(setup.prompts), ensure_ascii=False),
        json.dumps(dict(setup.schemas), ensure_ascii=False),
        setup.ask_again,
        setup.gazetteer,
        setup.adopted,
        setup.key,
    )
    columns = "created, hyllm, pinned, prompts, schemas, ask_again, gazetteer, adopted, key"
    cursor = connection.execute(f"INSERT INTO setups ({columns}) VALUES (?,?,?,?,?,?,?,?,?)", values)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def replace_setup(connection: sqlite3.Connection, known: Setup, made: Setup) -> None:
    """Puts another setup in the place of one that was never asked with, as after a `--dry-run`."""
    connection.execute("DELETE FROM setups WHERE id = ?", (known.id,))
    number = save_setup(connection, made)
    connection.execute("UPDATE setups SET id = ? WHERE id = ?", (known.id, number))


def load_setups(connection: sqlite3.Connection) -> list[Setup]:
    """The setups of a store, in the order in which they came."""
    columns = "id, pinned, prompts, schemas, ask_again, gazetteer, adopted, created, hyllm"
    found: list[Setup] = []
    for row in connection.execute(f"SELECT {columns} FROM setups ORDER BY id"):
        number, pinned, prompts, schemas, ask_again, gazetteer, adopted, created, version = row
        try:
            known = Pinned.from_json(json.loads(pinned))
        except (KeyError, TypeError) as error:
            raise UsageError(
                f"the store's setup {number} is of a form this hyllm does not know: {error}"
            ) from error
        found.append(
            Setup(
                number,
                known,
                json.loads(prompts),
                json.loads(schemas),
                bool(ask_again),
                gazetteer,
                bool(adopted),
                created,
                version,
            )
        )
    return found


def setup_in_force(setups: Sequence[Setup]) -> Setup | None:
    """The one that pages are asked with: the newest that was adopted."""
    return next((setup for setup in reversed(setups) if setup.adopted), None)


def refuse_foreign_code(setup: Setup, named: Sequence[str]) -> None:
    """A store may have come from somebody else: code it names is run only if the user names it too.

    Raises:
        UsageError: it names a kind of one's own that is not among `named`.
    """
    find_named_kinds(setup.pinned.kinds, named, "the store")
