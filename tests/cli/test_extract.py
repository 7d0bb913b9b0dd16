"""`hyllm extract` as a user types it: results to stdout, all else to stderr, exit codes, no traceback."""

import json
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
    endpoint.replies[:] = [Reply(ANSWER), Reply("抱歉"), Reply(ANSWER)]

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
        (["{page}", "--model", "rules", "--kind", "tests.rules.test_laws:Ship"], 2, "needs a model"),
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
    assert "the prompt or the page" in err
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


def test_rules_need_no_endpoint(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text("县长方自强出席。新塘铜业产业园昨日开工。", encoding="utf-8")

    code, out, err = run(
        capsys, "extract", page, "--model", "rules", "--issue-date", "2022-03-18", "--json", "--local-only"
    )

    found = json.loads(out)
    assert code == 0
    assert found["officials"][0]["posts"] == [{"organisation": None, "title": "县长", "status": "holds"}]
    assert found["projects"][0]["stage_date"] == {"text": "昨日", "edtf": "2022-03-17"}
    assert (found["provenance"]["model"], found["provenance"]["answers"]) == ("rules", "computed")
    assert "no model, patterns only: expect to miss most of what a model finds; nothing is sent" in err
    assert "No model was asked." in err


def test_a_model_called_rules_at_an_address_is_that_model(
    endpoint: Endpoint, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "extract", page, "--model", "rules", "--base-url", endpoint.url, "--json")

    assert [body["model"] for body in endpoint.bodies] == ["rules"]
