"""A kind of one's own, begun: record class, prompt, example, a page and its gold, ready to be tried.

The files are templates beside this module, with `{{name}}`, `{{plural}}`, `{{class}}`, `{{label}}` in them.
"""

import importlib.util
import keyword
from pathlib import Path

from hyllm.errors import UsageError
from hyllm.kinds import KINDS

_TEMPLATES = Path(__file__).parent / "templates"
_NAMES = {
    "kind.py.txt": "__init__.py",
    "rules.md": "rules.md",
    "example.txt": "example.txt",
    "example.json": "example.json",
    "page.txt": "pages/try.txt",
    "page.json": "pages/try.json",
    "gold.json": "gold/try.json",
}
"""Template and where it goes in the kind's folder."""


def new_kind(name: str, label: str, folder: Path, plural: str | None = None) -> list[Path]:
    """Writes the files of a new kind into `folder/name` and returns them.

    Args:
        name: singular, an English identifier in lower case: `accident`.
        label: what the kind is called in Chinese: 事故.
        folder: where the kind's own folder is made.
        plural: the key of its list in answers, predictions and gold; `name` and an s by default.

    Raises:
        UsageError: the name cannot be a kind's or is a module's already, or the folder is there.
    """
    plural = plural or f"{name}s"
    target = folder / name
    if name and target.exists():
        raise UsageError(f"{target} is there already; give another name, or remove it")
    _check(name, label, plural)
    parts = {
        "name": name,
        "plural": plural,
        "class": "".join(word.capitalize() for word in name.split("_")),
        "label": label,
    }
    written: list[Path] = []
    try:
        for template, place in _NAMES.items():
            text = (_TEMPLATES / template).read_text(encoding="utf-8")
            for key, value in parts.items():
                text = text.replace("{{" + key + "}}", value)
            path = target / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(path)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}") from error
    return written


def _check(name: str, label: str, plural: str) -> None:
    for word in (name, plural):
        if not (word.isascii() and word.isidentifier() and word == word.lower()) or keyword.iskeyword(word):
            raise UsageError(f"{word!r}: a kind's name is an English word in lower case, such as accident")
    if name in KINDS or plural in {kind.hyllm.plural for kind in KINDS.values()}:
        raise UsageError(f"{name!r} is a built-in kind")
    if name == plural:
        raise UsageError(f"singular and plural are both {name!r}: give another --plural")
    if importlib.util.find_spec(name) is not None:
        raise UsageError(f"{name!r} is the name of a Python module already; give another name")
    if not label.strip() or any(c in label for c in '"\\{}\n\r') or not label.isprintable():
        raise UsageError("--label is the kind's name in Chinese, such as 事故")
