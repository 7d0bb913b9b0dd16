"""The floor: records read off a page by patterns, without a model.

What it finds is a reading like a model's, and goes the same way from there. It misses most of what a
model finds; it is for trying the whole way without an endpoint, and for measuring what a model is worth.
"""

from hyllm.rules._read import RULES, check_kinds, left_out, read_by_rules

__all__ = ["RULES", "check_kinds", "left_out", "read_by_rules"]
