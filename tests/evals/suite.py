"""A small suite in a folder of its own: three invented texts, their gold, two annotators, recordings."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from hyllm.cli import main
from hyllm.evals import read_suites
from hyllm.extract import Extractor
from hyllm.prompting import RequestOptions, build_request, prompt_hash, schema_hash
from hyllm.recordings import Interaction, Meta, Recordings
from hyllm.text import Locator
from tests.evals.answers import Damage, answer_of, completion, right
from tests.evals.making import DATA, SETS

TOML = """
[folders.small]
seed = 3
clean = ["front", "county", "briefs"]
interleaved = ["front", "county", "briefs"]

[suites.small]
folder = "small"
cassettes = "cassettes/small"
floors = { slots = 0.3 }
margin = 0.01
fresh = ["front-clean"]

[suites.worse]
folder = "small"
cassettes = "cassettes/worse"
"""


def lay_out(home: Path, toml: str = TOML) -> Path:
    """Texts, gold, labels and suites.toml below `home`, and what `hyllm eval make` makes of them."""
    for name in SETS:
        gold = json.loads((DATA / f"{name}.gold.json").read_text(encoding="utf-8"))
        articles = (DATA / f"{name}.articles.json").read_text(encoding="utf-8")
        _write(home / f"texts/{name}.articles.json", articles)
        clean = {**gold, "page": f"{name}-clean"}
        _write(home / f"adjudicated/{name}-clean.json", _dumped(clean))
        _write(home / f"labels/a/{name}-clean.json", _dumped(clean))
        _write(home / f"labels/b/{name}-clean.json", _dumped(_without_first_official(clean)))
    _write(home / "suites.toml", toml)
    run("make", "--suites", str(home / "suites.toml"))
    return home


def _without_first_official(gold: dict[str, Any]) -> dict[str, Any]:
    return {**gold, "officials": gold["officials"][1:]}


def record(home: Path, suite: str, damage: Damage = right, *, prompt: str | None = None) -> None:
    """Recordings of a suite: what gold says, made worse."""
    chosen = read_suites(home / "suites.toml").suite(suite)
    extractor = Extractor("m-1", base_url="http://127.0.0.1:9/v1")
    options = RequestOptions(model="m-1", wire=extractor.options.wire)
    prompt = prompt or extractor.plans[0].prompt
    recordings = Recordings(chosen.cassettes)
    kinds = ("project", "meeting", "official")
    hashes = (prompt_hash(prompt), schema_hash(extractor.kinds))
    recordings.begin(Meta("m-1", "tests", date(2026, 1, 2).isoformat(), kinds, *hashes, options.settings()))
    for planned in chosen.planned:
        text = (chosen.folder.pages / f"{planned.page}.txt").read_text(encoding="utf-8")
        gold = json.loads((chosen.folder.gold / f"{planned.page}.json").read_text(encoding="utf-8"))
        body = build_request(text, Locator(text).units, prompt, extractor.kinds, options)
        answer = damage(planned.page, answer_of(gold, text))
        recordings.expect(planned.page, text)
        recordings.add(planned.page, Interaction("http://127.0.0.1:9/v1", body, completion(answer)))


def run(*arguments: str) -> int:
    """The exit code of `hyllm eval …`."""
    try:
        main(["eval", *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    raise AssertionError("main ends with SystemExit")


def _dumped(raw: Any) -> str:
    return json.dumps(raw, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
