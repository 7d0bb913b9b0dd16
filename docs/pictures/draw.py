"""Draws the pictures of the README from the demo: `python docs/pictures/draw.py`. Needs Chromium and a CJK font."""

import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

HOME = Path(__file__).parent
COLUMNS, ROWS = 112, 30
_FRAME = (
    "<!doctype html><meta charset=utf-8><style>body{{margin:0;padding:14px 18px;background:{background};"
    "color:{foreground}}}pre{{margin:0;font:15px/1.35 'Noto Sans Mono CJK SC',monospace}}{stylesheet}</style>"
    "<pre>{code}</pre>"
)


def main() -> None:
    """Draws terminal.png and page.png."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium found: install it, or name it in CHROMIUM")
    with tempfile.TemporaryDirectory() as folder:
        page, terminal = Path(folder, "demo.html"), Path(folder, "terminal.html")
        said = demo("--html", str(page))
        terminal.write_text(as_html("$ hyllm demo\n" + said), encoding="utf-8")
        shoot(browser, terminal, HOME / "terminal.png", 1010, 640)
        shoot(browser, page, HOME / "page.png", 1280, 820)


def demo(*arguments: str) -> str:
    """The first rows of what the demo prints, with its colours."""
    wide = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
    done = subprocess.run(
        ["hyllm", "demo", *arguments], env={**os.environ, **wide}, check=True, capture_output=True, text=True
    )
    return "\n".join(done.stdout.splitlines()[:ROWS])


def as_html(ansi: str) -> str:
    """Terminal output as a page."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO())
    console.print(Text.from_ansi(ansi), soft_wrap=True)
    return console.export_html(theme=DEFAULT_TERMINAL_THEME, code_format=_FRAME)


def shoot(browser: str, page: Path, picture: Path, width: int, height: int) -> None:
    """A picture of a page's top."""
    subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri()),
        ],
        check=True,
        capture_output=True,
    )


if __name__ == "__main__":
    main()
