"""Draws the pictures of the README from the demo: `python docs/pictures/draw.py`. Needs Chromium and a CJK font."""

import html
import io
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

HOME = Path(__file__).parent
COLUMNS, ROWS = 112, 30
_HEAD = """<!doctype html><meta charset=utf-8><style>
body { margin: 14px 18px; font: 15px/21px 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace; white-space: pre }
b { display: inline-block; height: 21px; overflow: hidden; font-weight: normal; text-align: center }
.w1 { width: 9px } .w2 { width: 18px }
</style>"""


def main() -> None:
    """Draws terminal.png and page.png."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium found: install it, or name it in CHROMIUM")
    with tempfile.TemporaryDirectory() as folder:
        page, terminal = Path(folder, "demo.html"), Path(folder, "terminal.html")
        demo("--html", str(page))
        terminal.write_text(as_html(f"$ hyllm demo\n…\n{records(demo())}"), encoding="utf-8")
        shoot(browser, terminal, HOME / "terminal.png", 1050, 700)
        shoot(browser, page, HOME / "page.png", 1280, 820)


def demo(*arguments: str) -> str:
    """What the demo prints, with its colours."""
    wide = {"COLUMNS": str(COLUMNS), "FORCE_COLOR": "1"}
    done = subprocess.run(
        ["hyllm", "demo", *arguments], env={**os.environ, **wide}, check=True, capture_output=True, text=True
    )
    return done.stdout


def records(said: str) -> str:
    """The first page's records: as many rows as fit."""
    lines = said.splitlines()
    first = next(number for number, line in enumerate(lines) if "projects:" in line)
    return "\n".join(lines[first : first + ROWS])


def as_html(ansi: str) -> str:
    """Terminal output as a page: every character in a box of its one cell or two."""
    console = Console(width=COLUMNS, file=io.StringIO())
    cells: list[str] = []
    for segment in console.render(Text.from_ansi(ansi, no_wrap=True)):
        look = segment.style.get_html_style(DEFAULT_TERMINAL_THEME) if segment.style else ""
        for character in segment.text:
            if character == "\n":
                cells.append("<br>")
            else:
                shown = html.escape(character)
                cells.append(f'<b class=w{cell_len(character)} style="{look}">{shown}</b>')
    return f"{_HEAD}{''.join(cells)}"


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
