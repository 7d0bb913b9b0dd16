"""The figures of cluster.py as tables and as a plot."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def mean_of(found: Sequence[Mapping[str, Any]], cost: str, *, first: bool | None = None) -> float:
    return statistics.mean(
        one[cost] for run in found for one in run["costs"] if first is None or one["first"] == first
    )


def once_begun(run: dict[str, Any]) -> float:
    """A run's share a node without the seconds in which Ray begins the nodes' first processes."""
    took = run["pages"] * run["nodes"] / run["rate"] - mean_of([run], "start", first=True)
    return run["pages"] / took / run["single"]["rate"]


def whole(run: dict[str, Any]) -> float:
    return run["share"]


def spread(values: Sequence[float], digits: int = 3) -> str:
    """The mean, and the least and most where there are several."""
    mean = f"{statistics.mean(values):.{digits}f}"
    if len(values) == 1:
        return mean
    return f"{mean} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def runs_by(found: Sequence[dict[str, Any]], key: str) -> Mapping[int, list[dict[str, Any]]]:
    together: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for run in found:
        together[run[key]].append(run)
    return dict(sorted(together.items()))


def print_nodes(found: Sequence[dict[str, Any]]) -> None:
    print(
        "| nodes | pages/s | single process, pages/s | share a node | once begun "
        "| load of the machine |\n|---|---|---|---|---|---|"
    )
    for nodes, runs in runs_by(found, "nodes").items():
        rates = [run["rate"] for run in runs]
        ones = [run["single"]["rate"] for run in runs]
        print(
            f"| {nodes} | {spread(rates, 2)} | {spread(ones, 2)} | {spread([run['share'] for run in runs])} "
            f"| {spread([once_begun(run) for run in runs])} | {spread([run['load'] for run in runs], 1)} |"
        )
    print(
        "\n| MB | a node's shard | its reader | Ray on a node | purse | Ray's head besides | the run itself |"
    )
    print("|---|---|---|---|---|---|---|")
    for nodes, runs in runs_by(found, "nodes").items():
        peaks: Counter[str] = Counter()
        for run in runs:
            peaks.update({sort: mb / len(runs) for sort, mb in run["memory"].items()})
        print(
            f"| {nodes} node{'s' * (nodes > 1)} | {peaks['shard'] / nodes:.0f} | {peaks['reader'] / nodes:.0f} "
            f"| {(peaks['ray'] + peaks['idle']) / nodes:.0f} | {peaks['purse']:.0f} | {peaks['head']:.0f} "
            f"| {peaks['own']:.0f} |"
        )
    ones = [run["single"]["memory"] for run in found]
    own, reader = (statistics.mean(one[sort] for one in ones) for sort in ("own", "reader"))
    print(f"| single process | {own:.0f} | {reader:.0f} | | | | |")


def print_shards(found: Sequence[dict[str, Any]]) -> None:
    print(
        "| pages a shard | share a node | once begun | until the first request, s: a node's first shard, later ones "
        "| after the last answer, s | beside asking, s a shard |\n|---|---|---|---|---|---|"
    )
    for shard, runs in runs_by(found, "shard").items():
        later = any(not one["first"] for run in runs for one in run["costs"])
        starts = [f"{mean_of(runs, 'start', first=True):.2f}"]
        starts += [f"{mean_of(runs, 'start', first=False):.2f}"] if later else ["–"]
        print(
            f"| {shard} | {spread([run['share'] for run in runs])} "
            f"| {spread([once_begun(run) for run in runs])} | {', '.join(starts)} "
            f"| {mean_of(runs, 'end'):.2f} | {mean_of(runs, 'beside'):.2f} |"
        )


def print_folder(found: Mapping[str, Any]) -> None:
    thousands = found["pages"] / 1000
    print(f"{found['pages']:,} pages, {found['shards']} shards, {found['segments']} segments\n")
    print("| | s for 1,000 pages | of CPU |\n|---|---|---|")
    for name, (took, used) in found["seconds"].items():
        print(f"| {name} | {took / thousands:.2f} | {used / thousands:.2f} |")
    print("\n| | bytes a page |\n|---|---|")
    for name, size in found["bytes"].items():
        print(f"| {name} | {size / found['pages']:,.0f} |")


def plot(found: Mapping[str, Sequence[dict[str, Any]]], path: Path) -> None:
    """Share a node by nodes, and by pages a shard."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "hyllm"
    from matplotlib import pyplot

    figure, both = pyplot.subplots(1, 2, figsize=(8, 3), sharey=True, layout="constrained")
    for axes, (key, label) in zip(
        both, (("nodes", "nodes"), ("shards", "pages a shard, two nodes")), strict=True
    ):
        if not (runs := found.get(key, ())):
            axes.set_visible(False)
            continue
        by = runs_by(runs, key.removesuffix("s") if key == "shards" else key)
        for name, color, share in (("once begun", "#e08a2e", once_begun), ("whole run", "#1f5a99", whole)):
            means = [statistics.mean(map(share, some)) for some in by.values()]
            axes.plot(list(by), means, color=color, linewidth=1, label=name)
            dots = [(x, share(one)) for x, some in by.items() for one in some]
            axes.plot(*zip(*dots, strict=True), "o", color=color, markersize=4)
        axes.axhline(1.0, color="#999999", linewidth=0.8, linestyle="--")
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(by), [str(x) for x in by])
        axes.minorticks_off()
        axes.set_xlabel(label)
        axes.spines[["top", "right"]].set_visible(False)
    both[0].set_ylim(0, 1.1)
    both[0].legend(frameon=False, loc="lower left")
    both[0].set_ylabel("rate a node, of one process's")
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=150)


def show(known: Mapping[str, list[dict[str, Any]]], picture: Path | None) -> None:
    if found := known.get("nodes"):
        print_nodes(found)
        print()
    if found := known.get("shards"):
        print_shards(found)
    if picture:
        plot(known, picture)
