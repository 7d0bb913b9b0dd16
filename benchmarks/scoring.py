"""How fast the scorer is, and how it compares with two general ones on the same records.

    python benchmarks/scoring.py                    # hyllm alone
    python benchmarks/scoring.py --others PYTHON    # and stickler-eval and ANLS*, installed for that Python

The records are made by a seeded program. The others are measured on a part of them, as they are slower,
and the time a record is compared: none of them aligns by the same rules, so their scores are not.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from hyllm.scoring import metrics, read_gold, read_predictions, score

_FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英建国华文辉健"
_PLACES = "衡南 衡阳县 衡山 衡东 祁东 耒阳 常宁 南岳 雁峰 石鼓 珠晖 蒸湘".split()
_THINGS = "产业园 科技园 生产线 水厂 医院 学校 大桥 物流园 康养小镇 数据中心 冷链基地 铜箔厂".split()
_STAGES = "planned signed started building completed operating".split()
_ROLES = "chaired spoke witnessed signed attended".split()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--others", metavar="PYTHON", help="a Python with stickler-eval and anls-star")
    chosen = parser.parse_args()
    draw = random.Random(7)
    pages = [page(draw, f"p{n:04}", 10) for n in range(1000)]
    print("hyllm, 1,000 pages of 10 records a side:", end=" ", flush=True)
    ours = timed(pages, [damaged(draw, one) for one in pages]) / 10_000
    big = one_kind(draw, 1000)
    print("hyllm, one page of 1,000 projects a side:", end=" ", flush=True)
    timed([big], [damaged(draw, big)])
    if chosen.others:
        compare(chosen.others, pages[:20], [damaged(draw, one) for one in pages[:20]], ours)


def timed(gold: list[Any], predicted: list[Any]) -> float:
    with tempfile.TemporaryDirectory() as folder:
        truth, found = Path(folder, "gold.jsonl"), Path(folder, "predictions.jsonl")
        for path, lines in ((truth, gold), (found, predicted)):
            path.write_text(
                "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in lines), encoding="utf-8"
            )
        start = time.perf_counter()
        sides = read_gold(truth), read_predictions(found)
        read = time.perf_counter()
        result = score(*sides)
        scored = time.perf_counter()
        f1 = metrics(result)["slots"]["F1"]
        end = time.perf_counter()
    print(
        f"{end - start:.2f} s (read {read - start:.2f}, score {scored - read:.2f},",
        f"tables {end - scored:.2f})",
        f"F1 {f1}",
    )
    return end - start


def compare(python: str, gold: list[Any], predicted: list[Any], ours: float) -> None:
    """Times the others in their own Python, on the same pages."""
    code = Path(__file__).with_name("others.py")
    sides = json.dumps({"gold": gold, "predicted": predicted})
    done = subprocess.run([python, str(code)], input=sides, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    for line in done.stdout.splitlines():
        row = json.loads(line)
        each = row["seconds"] / row["records"]
        print(
            f"{row['name']}: {each * 1e6:,.0f} µs a record, {each / ours:.1f} times hyllm's {ours * 1e6:,.0f}"
        )


def name(draw: random.Random) -> str:
    return draw.choice(_FAMILY) + "".join(draw.choices(_GIVEN, k=draw.choice((1, 2, 2))))


def money(draw: random.Random) -> Any:
    amount = draw.randrange(1, 900)
    return {
        "text": f"{amount}亿元",
        "amount": amount * 10**8,
        "currency": "CNY",
        "bound": "exact",
        "upper": None,
    }


def date(draw: random.Random) -> Any:
    month, day = draw.randrange(1, 13), draw.randrange(1, 29)
    return {"text": f"{month}月{day}日", "edtf": f"2021-{month:02}-{day:02}"}


def project(draw: random.Random) -> Any:
    called = f"{draw.choice(_PLACES)}{name(draw)}{draw.choice(_THINGS)}"
    return {
        "name": called,
        "aliases": [called[2:]] if draw.random() < 0.3 else [],
        "count": None,
        "milestones": [
            {"stage": stage, "date": date(draw), "status": "reached"} for stage in draw.sample(_STAGES, k=2)
        ],
        "place": draw.choice(_PLACES),
        "parties": [{"name": name(draw) + "公司", "role": role} for role in ("investor", "operator")],
        "investment": money(draw),
        "area": None,
        "figures": [{"measure": "tax", "quantity": money(draw), "period": "year", "status": "promised"}],
        "evidence": [{"quote": f"{called}开工"}],
    }


def meeting(draw: random.Random) -> Any:
    called = f"{draw.choice(_PLACES)}{name(draw)}工作会议"
    return {
        "name": called,
        "type": draw.choice(("conference", "forum")),
        "session": None,
        "date": date(draw),
        "place": draw.choice(_PLACES),
        "organisers": [draw.choice(_PLACES) + "县委"],
        "participants": [{"name": name(draw), "roles": draw.sample(_ROLES, k=2)} for _ in range(3)],
        "topics": [f"{name(draw)}建设工作"],
        "outcomes": [{"type": "decided", "text": f"通过{name(draw)}方案"}],
        "evidence": [{"quote": f"{called}召开"}],
    }


def official(draw: random.Random) -> Any:
    post = {"organisation": draw.choice(_PLACES) + "县委", "title": "书记", "status": "holds"}
    return {"name": name(draw), "posts": [post], "evidence": [{"quote": "出席"}]}


def page(draw: random.Random, page_id: str, records: int) -> Any:
    kinds = {"projects": project, "meetings": meeting, "officials": official}
    found: dict[str, Any] = {"page": page_id, "paper": None, "issue_date": None, "page_no": None}
    found |= {plural: [] for plural in kinds}
    for _ in range(records):
        plural = draw.choice(list(kinds))
        found[plural].append(kinds[plural](draw))
    return found


def one_kind(draw: random.Random, records: int) -> Any:
    return page(draw, "big", 0) | {"projects": [project(draw) for _ in range(records)]}


def damaged(draw: random.Random, gold: Any) -> Any:
    """A prediction: some records lost, some values wrong, in another order."""
    found = json.loads(json.dumps(gold)) | {"status": "done"}
    for plural in ("projects", "meetings", "officials"):
        kept = [one for one in found[plural] if draw.random() > 0.05]
        for one in kept:
            if draw.random() < 0.2:
                one["name"] = one["name"][1:] or "某"
            if one.get("investment") and draw.random() < 0.1:
                one["investment"] = money(draw)
        draw.shuffle(kept)
        found[plural] = kept
    return found


if __name__ == "__main__":
    main()
