"""Recorded answers on disk: `<suite>/<strategy>/<page>.yaml`, and `meta.yaml` beside.

A recording answers a request with the same key, whatever the host.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from hyllm.errors import RecordingError, StaleRecording, UsageError
from hyllm.prompting import Form, request_key
from hyllm.recordings._explain import explain, likeness, shown_page
from hyllm.recordings._format import Interaction, Turn, dump_yaml, dumps, load_yaml, loads
from hyllm.recordings._without_text import PageText, sha256_of

_META = "meta.yaml"
_DEFAULT = "page"
"""The folder below a suite of what was asked in the default strategy."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What `meta.yaml` says of a suite's recordings in one strategy."""

    model: str
    reached: str
    """How the model was reached, in words: `https://api.deepseek.com/v1`, `hyllm relay`."""
    recorded: str
    """Date of the first recording, YYYY-MM-DD."""
    kinds: tuple[str, ...]
    prompt_hash: str
    schema_hash: str
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The request's other settings: wire, temperature, …"""
    without_text: bool = False
    """Whether the pages' text is left out of the recordings."""
    rows: bool = False
    """Whether the items of records' lists were asked for as rows."""
    examples: bool = True
    """Whether the prompt had examples."""

    @property
    def form(self) -> Form:
        """How the prompt was formed."""
        return Form(self.rows, self.examples)


_SELDOM = {"without_text": False, "rows": False, "examples": True}
"""What is not written where it is so."""


class Recordings:
    """The recordings of one suite in one strategy: the pages in `<suite>/<strategy>/`.

    Args:
        suite: the folder.
        strategy: how the pages were asked for.
        without_text: what is added is written without its page's text.
        stale_too: whether `get` may give what was recorded with another prompt.
        through: what every interaction passes through as it is read, with its page.
    """

    def __init__(
        self,
        suite: Path,
        strategy: str = _DEFAULT,
        *,
        without_text: bool = False,
        stale_too: bool = False,
        through: Callable[[str, Interaction], Interaction] | None = None,
    ) -> None:
        self.strategy = strategy
        self.folder = suite / strategy
        self.without_text = without_text
        self._through = through
        self.stale: dict[str, str] = {}
        """By page, what has changed since its recording was made: those that `get` gave all the same."""
        self._stale_too = stale_too
        self._stands_for: dict[tuple[str, str], str] = {}
        """The key of the recorded request that was taken for another: further turns hang on it."""
        self._texts: dict[str, PageText | str] = {}
        self._read: dict[str, list[Interaction]] = {}
        self._wanted: dict[str, list[str]] = {}
        """The keys of first requests. What else a page's file holds goes when something is added."""

    def want(self, page: str, keys: Sequence[str]) -> None:
        """Says which first requests a page has, before they are looked for: they are looked for at once, and
        what is recorded of one must not go when the answer to another is added.
        """
        self._wanted[page] = list(keys)

    def find(self, page: str, body: Mapping[str, Any], turn: Turn | None = None) -> Interaction | None:
        """The recording of this very request, or of this turn; or `None`."""
        key = turn or request_key(body)
        self._want(page, _first(key))
        return next((one for one in self._interactions(page) if one.key == key), None)

    def get(self, page: str, body: Mapping[str, Any], turn: Turn | None = None) -> Interaction:
        """The recording of this very request, or of this turn.

        Raises:
            StaleRecording: the page is recorded, with another request; the message says what has changed.
                Where stale recordings will do, only if the page itself is another: the answer cites
                numbers of units that are no longer the same.
            RecordingError: the page is not recorded.
        """
        if turn is not None:
            turn = turn._replace(first=self._stands_for.get((page, turn.first), turn.first))
        found = self.find(page, body, turn)
        if found is not None:
            return found
        firsts = [one for one in self._interactions(page) if one.turn is None]
        firsts = [one for one in firsts if one.key not in self._wanted[page]]
        if turn is not None or not firsts:
            what = f"{page}: further turn {turn.number}" if turn else page
            raise RecordingError(f"{what}: not recorded in {self.folder}; record it with {self._anew()}")
        recorded = max(firsts, key=lambda one: likeness(one.request, body))
        if bare_of := sha256_of(recorded):
            changes = f"It is of a text with SHA-256 {bare_of}."
        else:
            changes = explain(recorded.request, body)
        if self._stale_too and shown_page(recorded.request) == shown_page(body):
            self.stale[page] = changes
            self._stands_for[page, request_key(body)] = request_key(recorded.request)
            return recorded
        message = f"{page}: its recording is stale. {changes}\nRecord it anew with {self._anew()}"
        raise StaleRecording(message, changes=changes)

    def add(self, page: str, interaction: Interaction) -> None:
        """Writes an answer at once. What the page's file held from other requests is replaced.

        Raises:
            RecordingError: it cannot be written.
        """
        wanted = self._want(page, _first(interaction.key))
        known = [one for one in self._read.get(page, []) if one.key != interaction.key]
        kept = [one for one in (*known, interaction) if _first(one.key) in wanted]
        kept.sort(key=lambda one: (wanted.index(_first(one.key)), one.turn.number if one.turn else -1))
        written = [self._text(page).without(one) for one in kept] if self.without_text else kept
        _write(self._path(page), dumps(written))
        self._read[page] = kept

    def _want(self, page: str, key: str) -> list[str]:
        wanted = self._wanted.setdefault(page, [])
        if key not in wanted:
            wanted.append(key)
        return wanted

    def expect(self, page: str, text: str) -> None:
        """Takes note of a page's text, which recordings without text are filled in from.

        Raises:
            UsageError: the id cannot name a recording: it leads out of the folder, or is that of `meta.yaml`.
        """
        self._path(page)
        self._texts[page] = text

    def check(self, page: str, body: Mapping[str, Any]) -> None:
        """Refuses a request that could not be recorded, before it is sent.

        Raises:
            RecordingError: it holds the page's text outside the page's place, and is to be kept without.
        """
        if self.without_text:
            try:
                self._text(page).without(Interaction("", dict(body), None))
            except RecordingError as error:
                raise RecordingError(f"{page}: cannot be recorded --without-text: {error}") from error

    def _anew(self) -> str:
        strategy = "" if self.strategy == _DEFAULT else f" --strategy {self.strategy}"
        return f"hyllm extract …{strategy} --record {self.folder.parent}"

    @property
    def is_begun(self) -> bool:
        """Whether there is anything."""
        return (self.folder / _META).is_file()

    def _suites(self) -> str:
        """The folders below that hold recordings, if any do: what may be meant."""
        below = sorted({path.parent.parent.name for path in self.folder.parent.glob(f"*/*/{_META}")})
        return f"; recordings are in its folders {', '.join(below)}" if below else ""

    def meta(self) -> Meta:
        """What is known of the recordings as a whole.

        Raises:
            RecordingError: there is no `meta.yaml`, or it cannot be read.
        """
        path = self.folder / _META
        if not self.is_begun:
            raise RecordingError(f"no recordings in {self.folder.parent}: {path} is missing{self._suites()}")
        try:
            found: dict[str, Any] = load_yaml(path.read_text(encoding="utf-8"))
            found["kinds"] = tuple(found["kinds"])
            return Meta(**found)
        except (OSError, yaml.YAMLError, TypeError, KeyError, ValueError, RecursionError) as error:
            raise RecordingError(f"{path}: cannot be read: {error}") from error

    def digest(self, pages: Iterable[str]) -> str:
        """SHA-256 over the files of these pages, in hex: the same answers have the same one."""
        found = hashlib.sha256()
        for page in sorted(pages):
            path = self._path(page)
            found.update(f"{page}\0".encode())
            found.update(path.read_bytes() if path.is_file() else b"")
        return found.hexdigest()

    def begin(self, meta: Meta) -> None:
        """Writes `meta.yaml`; the date of recordings that are already there, in this very form, stays.

        Raises:
            UsageError: the folder holds another model's recordings, or ones made with other settings: they
                would be lost.
            RecordingError: it cannot be written.
        """
        path = self.folder / _META
        if self.is_begun:
            known = self.meta()
            if (known.model, known.options) != (meta.model, meta.options):
                theirs = f"{known.model} with {dict(known.options)}"
                ours = f"{meta.model} with {dict(meta.options)}"
                raise UsageError(
                    f"{self.folder.parent} holds answers of {theirs}, not of {ours}; give another folder"
                )
            if known.without_text != meta.without_text:
                theirs, wanted = ("without", "give") if known.without_text else ("with", "leave out")
                raise UsageError(
                    f"{self.folder.parent} is recorded {theirs} its pages' text; "
                    f"{wanted} --without-text, or give another folder"
                )
            if (known.prompt_hash, known.schema_hash) == (meta.prompt_hash, meta.schema_hash):
                return
        tree = {name: getattr(meta, name) for name in Meta.__dataclass_fields__}
        for name, default in _SELDOM.items():
            if tree[name] == default:
                del tree[name]
        _write(path, dump_yaml(tree | {"kinds": list(meta.kinds), "options": dict(meta.options)}))

    def _interactions(self, page: str) -> list[Interaction]:
        if page not in self._read:
            path = self._path(page)
            try:
                text = path.read_text(encoding="utf-8")
            except FileNotFoundError:
                self._read[page] = []
            except (OSError, UnicodeDecodeError) as error:
                raise RecordingError(f"{path}: cannot be read: {error}") from error
            else:
                found = [self._whole(page, one, path) for one in loads(text, str(path))]
                through = self._through
                self._read[page] = [through(page, one) for one in found] if through else found
        return self._read[page]

    def _whole(self, page: str, one: Interaction, path: Path) -> Interaction:
        """The interaction with its page's text, whether it was recorded with it or without."""
        if sha256_of(one) is None:
            return one
        try:
            return self._text(page).restored(one)
        except RecordingError as error:
            raise RecordingError(f"{path}: {error}") from error
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError) as error:
            raise RecordingError(f"{path}: no recording hyllm can read: {error!r}") from error

    def _text(self, page: str) -> PageText:
        known = self._texts.get(page)
        if known is None:
            raise RecordingError(f"{page}: is recorded without its text, which is needed to read it")
        if isinstance(known, str):
            known = self._texts[page] = PageText(known)
        return known

    def _path(self, page: str) -> Path:
        path = self.folder / f"{page}.yaml"
        if not path.resolve().is_relative_to(self.folder.resolve()) or page == "meta":
            raise UsageError(f"page id {page!r} cannot name a recording")
        return path


def recorded_strategies(suite: Path) -> tuple[str, ...]:
    """The strategies in which a suite has recordings, sorted."""
    return tuple(sorted(path.parent.name for path in suite.glob(f"*/{_META}")))


def _first(key: str | Turn) -> str:
    """The key of the first request that an interaction belongs to."""
    return key.first if isinstance(key, Turn) else key


def _write(path: Path, text: str) -> None:
    """Writes the whole file or nothing."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        raise RecordingError(f"{path}: cannot be written: {error.strerror}") from error
