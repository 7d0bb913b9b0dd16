"""Whether two runs differ: approximate randomisation over clusters, as MUC does it."""

import random
from collections.abc import Mapping

from hyllm.scoring._intervals import Tally

ROUNDS = 9_999
SEED = 20_250_101
_EPSILON = 1e-12


def p_value(
    first: Mapping[str, Tally], second: Mapping[str, Tally], *, rounds: int = ROUNDS, seed: int = SEED
) -> float:
    """How often chance alone makes a difference in F1 at least as great, either way.

    In each round the two runs' results on a cluster are exchanged or not, each with probability ½.
    """
    names = sorted(first.keys() & second.keys())
    changes = [
        (b.hits - a.hits, b.whole - a.whole)
        for a, b in ((first[name], second[name]) for name in names)
        if a != b
    ]
    hits_a, whole_a = sum(first[n].hits for n in names), sum(first[n].whole for n in names)
    hits_b, whole_b = sum(second[n].hits for n in names), sum(second[n].whole for n in names)
    observed = abs(_difference(hits_a, whole_a, hits_b, whole_b)) - _EPSILON
    draw = random.Random(seed)
    extreme = 0
    for _ in range(rounds):
        coins = draw.getrandbits(len(changes)) if changes else 0
        hits = whole = 0
        while coins:
            place = (coins & -coins).bit_length() - 1
            hits += changes[place][0]
            whole += changes[place][1]
            coins &= coins - 1
        shuffled = _difference(hits_a + hits, whole_a + whole, hits_b - hits, whole_b - whole)
        extreme += abs(shuffled) >= observed
    return (extreme + 1) / (rounds + 1)


def _difference(hits_a: int, whole_a: int, hits_b: int, whole_b: int) -> float:
    return (hits_a / whole_a if whole_a else 0.0) - (hits_b / whole_b if whole_b else 0.0)
