"""`hyllm extract` as a user types it: results to stdout, all else to stderr, exit codes, no traceback."""

import io
import json
import sys
from pathlib import Path

import pytest

from hyllm.cli import main
from tests.conftest import Endpoint, Reply

ANSWER = json.dumps(
    {
        "projects": [{"name": "新塘铜业园", "investment": "约25亿元", "evidence": [1]}],
        "meetings": [{"name": "开工仪式", "type": "ceremony", "date": {"text": "昨日"}, "evidence": [2]}],
        "officials": [{"name": "林子安", "evidence": [2]}],
    }
)
TEXT = "新塘铜业园总投资约25亿元。开工仪式昨日举行。"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "pages" / "p1.txt"
    path.parent.mkdir()
    path.write_text(TEXT, encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    printed = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    assert "Traceback" not in printed.err
    return ended.value.code, printed.out, printed.err


def test_json_goes_to_stdout_a_line_a_page(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply(ANSWER)]

    code, out, err = run(
        capsys,
        "extract",
        page,
        "--model",
        "m",
        "--base-url",
        endpoint.url,
        "--issue-date",
        "2022-03-18",
        "--json",
    )

    (line,) = out.splitlines()
    found = json.loads(line)
    assert code == 0
    assert {name: found[name] for name in ("format", "status", "page", "issue_date")} == {
        "format": 1,
        "status": "done",
        "page": "p1",
        "issue_date": "2022-03-18",
    }
    assert found["meetings"][0]["date"] == {"text": "昨日", "edtf": "2022-03-17"}
    assert {"at": "/projects/0/investment/text", "start": 8, "end": 13, "status": "exact"} in found[
        "grounding"
    ]
    assert [problem["reason"] for problem in found["problems"]] == ["ungrounded"]
    assert "127.0.0.1" in err


def test_a_person_sees_words_values_and_places(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply(ANSWER)]

    code, out, err = run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url)

    assert code == 0
    for shown in ("新塘铜业园", "2,500,000,000 CNY about", "[8,13)", "not on the page", "unresolved"):
        assert shown in out
    assert "1 ungrounded" in err
    assert "--issue-date" in err


def test_out_writes_a_file_and_prints_nothing(
    endpoint: Endpoint, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply(ANSWER)]
    out_file = tmp_path / "out.jsonl"

    code, out, _ = run(
        capsys,
        "extract",
        page,
        "--model",
        "m",
        "--base-url",
        endpoint.url,
        "--out",
        out_file,
        "--kind",
        "project",
    )

    assert (code, out) == (0, "")
    found = json.loads(out_file.read_text(encoding="utf-8"))
    assert "projects" in found
    assert "meetings" not in found


def test_pages_come_out_in_order_and_a_failed_one_stands_among_them(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("p2", "p3"):
        page.with_name(f"{name}.txt").write_text(TEXT, encoding="utf-8")
    endpoint.replies[:] = [Reply(ANSWER), Reply(status=400, body={}), Reply(ANSWER)]

    code, out, err = run(
        capsys,
        "extract",
        page.parent,
        "--model",
        "m",
        "--base-url",
        endpoint.url,
        "--json",
        "--concurrency",
        1,
    )

    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 4
    assert [(line["page"], line["status"]) for line in lines] == [
        ("p1", "done"),
        ("p2", "failed"),
        ("p3", "done"),
    ]
    assert lines[1]["projects"] == []
    assert "p2" in err


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "Missing argument"),
        (["nowhere.txt", "--model", "m", "--base-url", "http://127.0.0.1:9/v1"], 2, "no such file"),
        (["{page}"], 2, "no model"),
        (["{page}", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--kind", "ship"], 2, "unknown kind 'ship'"),
        (["{page}", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--issue-date", "x"], 2, "issue date 'x'"),
        (["{page}", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--json", "--out", "o"], 2, "not both"),
        (["{page}", "--model", "m", "--base-url", "http://127.0.0.1:9/v1", "--out", "no/such/o"], 2, "cannot be written"),
        (["{page}", "--model", "m", "--base-url", "http://192.0.2.1/v1", "--local-only"], 2, "not this machine"),
        (["{page}", "--replay", "nowhere"], 3, "no recordings in nowhere"),
        (["{page}", "--model", "rules", "--record", "suite"], 2, "no answer to record"),
        (["{page}", "--model", "rules", "--kind", "tests.rules.test_rules_laws:Ship"], 2, "needs a model"),
        (["{page}", "--wire", "smoke"], 2, "smoke"),
    ],
)  # fmt: skip
def test_a_users_mistake_is_one_clear_line(
    page: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, says: str
) -> None:
    ended, out, err = run(capsys, "extract", *(argument.format(page=page) for argument in arguments))

    assert (ended, out) == (code, "")
    assert says in err


def test_an_unusable_endpoint_ends_with_5(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply(status=401, body={})]

    code, _, err = run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url)

    assert code == 5
    assert "key is missing or wrong" in err


def test_a_stale_recording_ends_with_3(
    endpoint: Endpoint, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = tmp_path / "suite"
    run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url, "--record", suite)
    page.write_text("另一版。", encoding="utf-8")

    code, _, err = run(capsys, "extract", page, "--replay", suite)

    assert code == 3
    assert "the page" in err
    assert len(endpoint.bodies) == 1


def test_control_characters_of_a_page_do_not_reach_the_terminal(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("新塘\x1b[31m铜业园[bold]\u202e。", encoding="utf-8")
    endpoint.replies[:] = [
        Reply(
            '{"projects":[{"name":"新塘\\u001b[31m铜业园[bold]","evidence":[1]}],"meetings":[],"officials":[]}'
        )
    ]

    _, out, _ = run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url)

    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "[bold]" in out


def found(printed: str) -> list[dict[str, object]]:
    """The prediction lines."""
    return [json.loads(line) for line in printed.splitlines()]


def test_dates_are_told_before_anything_is_sent(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.with_name("p-2022-03.txt").write_text(TEXT, encoding="utf-8")

    _, _, err = run(capsys, "extract", page.parent, "--model", "m", "--base-url", endpoint.url)

    told = err[: err.index("live: ")].splitlines()
    assert told == [
        "Issue dates: 1 only to the month, 1 without a date.",
        "Unresolved without the day: about 1 such word as 昨日: p-2022-03.",
        "Unresolved without a date: about 1 such word as 昨日, 今年, 3月16日: p1.",
        "Give --issue-date, a sidecar <page>.json or --metadata FILE.csv.",
        "Paper and city unknown, so no place_code: p-2022-03, p1. Give --paper or --city.",
    ]


def test_a_damaged_page_is_extracted_and_its_damage_is_a_problem(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_bytes(TEXT.encode("gbk") + b"\xff")

    code, out, _ = run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url, "--json")

    (line,) = found(out)
    assert (code, line["status"]) == (0, "done")
    assert line["problems"] == [
        {
            "at": "",
            "reason": "damaged",
            "text": "",
            "message": "1 place of the text cannot be read (U+FFFD), the first at 23; "
            "read as gb18030, if that is wrong give --encoding",
        }
    ]


@pytest.mark.parametrize(
    ("content", "pages"),
    [
        (TEXT.encode("utf-16"), ["stdin"]),
        ('{"id":"a/1","text":"甲。"}\n{"id":"a/2","text":"乙。"}\n'.encode(), ["a/1", "a/2"]),
    ],
)
def test_pages_come_from_standard_input(
    endpoint: Endpoint,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    pages: list[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))

    code, out, _ = run(capsys, "extract", "-", "--model", "m", "--base-url", endpoint.url, "--json")

    assert (code, [line["page"] for line in found(out)]) == (0, pages)


@pytest.mark.parametrize(
    ("options", "paper", "issue_date", "page_no", "extra"),
    [
        (["--name-pattern", "{paper}_{date}_{page_no}"], "hyrb", "2022-03-18", "2", {}),
        (["--metadata", "{table}"], "衡阳日报", "2022-03-18", "3", {"box": "K7"}),
        (["--metadata", "{table}", "--paper", "他报", "--page-no", "4"], "他报", "2022-03-18", "4", {"box": "K7"}),
        (["--encoding", "gb18030", "--force", "--city", "衡阳"], None, "2022-03-18", None, {}),
    ],
)  # fmt: skip
def test_options_say_what_is_known_of_a_page(
    endpoint: Endpoint,
    page: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    paper: str | None,
    issue_date: str,
    page_no: str | None,
    extra: dict[str, str],
) -> None:
    page = page.rename(page.with_name("hyrb_20220318_02.txt"))
    table = page.with_name("pages.csv")
    table.write_text("page,paper,page_no,box\nhyrb_20220318_02,衡阳日报,3,K7\n", encoding="gbk")

    code, out, _ = run(
        capsys,
        "extract",
        page,
        "--model",
        "m",
        "--base-url",
        endpoint.url,
        "--json",
        *(option.format(table=table) if option == "{table}" else option for option in options),
    )

    (line,) = found(out)
    assert code == 0
    assert [line[name] for name in ("paper", "issue_date", "page_no", "extra")] == [
        paper,
        issue_date,
        page_no,
        extra,
    ]


def test_the_city_decides_which_place_is_the_papers_own(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page.write_text("铜业园落户耒阳。", encoding="utf-8")
    endpoint.replies[:] = [
        Reply('{"projects":[{"name":"铜业园","place":"耒阳","evidence":[1]}],"meetings":[],"officials":[]}')
    ]
    ask = ("extract", page, "--model", "m", "--base-url", endpoint.url, "--json")

    places = [
        json.loads(run(capsys, *ask, *city)[1])["projects"][0]["place"] for city in ((), ("--city", "耒阳"))
    ]

    assert places == ["耒阳", None]


def test_one_bad_page_stops_the_run_before_anything_is_sent_and_all_are_named(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in (("p2", "\n"), ("p3", "Lorem ipsum."), ("p4", "甲\0")):
        page.with_name(f"{name}.txt").write_text(content, encoding="utf-8")

    code, out, err = run(
        capsys, "extract", page.parent, "nowhere", "--model", "m", "--base-url", endpoint.url
    )

    assert (code, out, endpoint.bodies) == (2, "", [])
    first, *rest = err.splitlines()
    assert first == "hyllm: 4 inputs cannot be used; nothing was sent:"
    for line, says in zip(rest, ("nowhere", "p2.txt", "p3.txt", "p4.txt"), strict=True):
        assert says in line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--encoding", "klingon"], "unknown encoding 'klingon'"),
        (["--name-pattern", "{date"], "name pattern '{date'"),
        (["--name-pattern", "{date}"], "fits no page here"),
        (["--metadata", "nowhere.csv"], "nowhere.csv"),
        ([""], "an empty path"),
    ],
)
def test_a_mistake_in_what_is_known_is_one_clear_line(
    page: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, out, err = run(capsys, "extract", page, *arguments)

    assert (code, out) == (2, "")
    assert says in err


def test_where_no_price_is_known_it_says_how_to_reckon_with_ones_own(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply(ANSWER, usage={"prompt_tokens": 900, "completion_tokens": 50})]

    code, _, err = run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url, "--json")

    assert code == 0
    told = " ".join(err.split())
    assert (
        "Cost: no price known; hyllm batch run … --dry-run --price IN/CACHED/OUT reckons with yours." in told
    )


def test_a_run_in_which_every_page_fails_leaves_an_earlier_result_as_it_was(
    endpoint: Endpoint, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines, view = tmp_path / "out.jsonl", tmp_path / "out.html"
    common = ("extract", page, "--model", "m", "--out", lines, "--html", view, "--base-url")
    endpoint.replies[:] = [Reply(ANSWER)]
    assert run(capsys, *common, endpoint.url)[0] == 0
    before = lines.read_bytes(), view.read_bytes()

    endpoint.replies[:] = [Reply(status=400)]
    code, _, err = run(capsys, *common, endpoint.url)

    assert code == 4
    assert (lines.read_bytes(), view.read_bytes()) == before
    assert f"{lines}: kept as it was: no page gave a result" in err
    assert f"{view}: kept as it was: no page gave a result" in err
    endpoint.replies[:] = [Reply()]
    assert run(capsys, *common, endpoint.url)[0] == 0
    (line,) = lines.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["projects"] == []


def test_a_page_that_fails_is_in_a_new_file(
    endpoint: Endpoint, page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.replies[:] = [Reply(status=400)]

    run(capsys, "extract", page, "--model", "m", "--base-url", endpoint.url, "--out", tmp_path / "o.jsonl")

    assert json.loads((tmp_path / "o.jsonl").read_text(encoding="utf-8"))["status"] == "failed"
