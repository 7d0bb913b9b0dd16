"""What is seen while answers are awaited."""

import io

from rich.console import Console

from hyllm.cli.waiting import Waiting


def seen(*, terminal: bool) -> str:
    file = io.StringIO()
    with Waiting(Console(file=file, force_terminal=terminal), 3) as waiting:
        with waiting.making_way(failed=False):
            file.write("FIRST\n")
        with waiting.making_way(failed=True):
            file.write("SECOND\n")
    return file.getvalue()


def test_in_a_terminal_pages_are_counted_and_results_stand_between() -> None:
    text = seen(terminal=True)

    assert "0 of 3 pages" in text
    assert "2 of 3 pages, 1 failed" in text
    assert (
        text.index("0 of 3 pages") < text.index("FIRST") < text.index("1 of 3 pages") < text.index("SECOND")
    )


def test_elsewhere_nothing_is_printed() -> None:
    assert seen(terminal=False) == "FIRST\nSECOND\n"
