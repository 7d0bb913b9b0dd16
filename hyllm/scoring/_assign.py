"""The best one-to-one assignment, exact on whole-number weights.

Written here and not taken from a library: scipy brings numpy and 60 MB for one function, `lap` needs
numpy too, and both compute in floating point, where ties decide by rounding. Integers of any size let a
weight say several things in order of importance, and the same input always gives the same pairs.
"""

from collections.abc import Mapping, Sequence

Edges = Mapping[tuple[int, int], int]
"""Weights, above 0, of the pairs (row, column) that may be formed."""


def best_pairs(edges: Edges) -> list[tuple[int, int]]:
    """The pairs of the assignment of greatest total weight, sorted. Any row or column may stay alone."""
    pairs: list[tuple[int, int]] = []
    for rows, columns in _components(edges):
        if len(rows) == 1 or len(columns) == 1:
            pairs.append(_heaviest(edges, rows, columns))
        else:
            pairs += _solved(edges, rows, columns)
    return sorted(pairs)


def _heaviest(edges: Edges, rows: Sequence[int], columns: Sequence[int]) -> tuple[int, int]:
    return max(((r, c) for r in rows for c in columns), key=lambda pair: (edges[pair], -pair[0], -pair[1]))


def _components(edges: Edges) -> list[tuple[list[int], list[int]]]:
    """The rows and columns that hang together, each sorted."""
    of_row: dict[int, list[int]] = {}
    of_column: dict[int, list[int]] = {}
    for row, column in edges:
        of_row.setdefault(row, []).append(column)
        of_column.setdefault(column, []).append(row)
    seen: set[int] = set()
    found: list[tuple[list[int], list[int]]] = []
    for start in sorted(of_row):
        if start in seen:
            continue
        seen.add(start)
        rows, columns, waiting = [start], set[int](), [start]
        while waiting:
            for column in of_row[waiting.pop()]:
                if column in columns:
                    continue
                columns.add(column)
                fresh = [row for row in of_column[column] if row not in seen]
                seen.update(fresh)
                rows += fresh
                waiting += fresh
        found.append((sorted(rows), sorted(columns)))
    return found


def _solved(edges: Edges, rows: Sequence[int], columns: Sequence[int]) -> list[tuple[int, int]]:
    """One component, as a dense matrix with no more rows than columns."""
    turned = len(rows) > len(columns)
    if turned:
        matrix = [[-edges.get((row, column), 0) for row in rows] for column in columns]
    else:
        matrix = [[-edges.get((row, column), 0) for column in columns] for row in rows]
    chosen = shortest_paths(matrix)
    pairs = [(rows[j], columns[i]) if turned else (rows[i], columns[j]) for i, j in enumerate(chosen)]
    return [pair for pair in pairs if pair in edges]


def shortest_paths(cost: Sequence[Sequence[int]]) -> list[int]:
    """The column of each row in an assignment of least cost (rows ≤ columns): Jonker and Volgenant."""
    width = len(cost[0])
    v = [0] * width
    if len(cost) == width:  # with fewer rows, some column stays free and must keep v = 0
        v = [min(row[j] for row in cost) for j in range(width)]
    row_of, column_of = [-1] * width, [-1] * len(cost)
    waiting: list[int] = []
    for i, row in enumerate(cost):  # whom nobody disputes a row's cheapest column, has it
        reduced = [c - p for c, p in zip(row, v, strict=True)]
        least = min(reduced)
        j = reduced.index(least)
        while row_of[j] >= 0:
            try:
                j = reduced.index(least, j + 1)
            except ValueError:
                waiting.append(i)
                break
        else:
            row_of[j], column_of[i] = i, j
    waiting = _row_reduced(cost, v, row_of, column_of, waiting)
    for i in waiting:
        _augment(cost, v, row_of, column_of, i)
    return column_of


def _row_reduced(
    cost: Sequence[Sequence[int]], v: list[int], row_of: list[int], column_of: list[int], waiting: list[int]
) -> list[int]:
    """Lets each waiting row outbid the holder of its cheapest column, by no more than it can spare."""
    left: list[int] = []
    budget = 2 * len(cost)
    queue = waiting[::-1]
    while queue:
        i = queue.pop()
        reduced = [c - p for c, p in zip(cost[i], v, strict=True)]
        least = min(reduced)
        j = reduced.index(least)
        reduced[j] = reduced[j - 1] if len(reduced) > 1 else least
        second = min(reduced) if len(reduced) > 1 else least
        holder = row_of[j]
        if second == least and holder >= 0:
            left.append(i)
            continue
        v[j] -= second - least
        if holder >= 0:
            column_of[holder] = -1
            budget -= 1
            (queue if budget > 0 else left).append(holder)
        row_of[j], column_of[i] = i, j
    return left


def _augment(
    cost: Sequence[Sequence[int]], v: list[int], row_of: list[int], column_of: list[int], start: int
) -> None:
    """Seats one more row along a shortest path over the columns (Dijkstra on reduced costs)."""
    reached = [c - p for c, p in zip(cost[start], v, strict=True)]
    before = [start] * len(v)
    open_columns = list(range(len(v)))
    done: list[int] = []
    while True:
        j = min(open_columns, key=reached.__getitem__)
        least = reached[j]
        if row_of[j] < 0:
            break
        open_columns.remove(j)
        done.append(j)
        i = row_of[j]
        row = cost[i]
        base = least - row[j] + v[j]
        for k in open_columns:
            length = base + row[k] - v[k]
            if length < reached[k]:
                reached[k], before[k] = length, i
    for k in done:
        v[k] += reached[k] - least
    while True:
        i = before[j]
        row_of[j], column_of[i], j = i, j, column_of[i]
        if i == start:
            return
