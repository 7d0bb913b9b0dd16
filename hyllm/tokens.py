"""How many tokens a text has, about: no tokenizer is a dependency of hyllm."""

import math
import re

_ASCII = re.compile("[\x00-\x7f]")
_DIGIT = re.compile("[0-9]")
_A_WIDE_CHARACTER = 0.72
_A_DIGIT = 1.0
_AN_ASCII_CHARACTER = 0.25


def estimate_tokens(text: str) -> int:
    """About how many tokens `text` has.

    Fitted to Qwen2.5's tokenizer on this project's prompts, pages and answers: within 5 % for a prompt, 12 %
    for a page or an answer, 15 % for a JSON Schema. Other vendors' tokenizers differ by more.
    """
    digits, ascii_characters = len(_DIGIT.findall(text)), len(_ASCII.findall(text))
    wide = len(text) - ascii_characters
    return math.ceil(
        wide * _A_WIDE_CHARACTER
        + digits * _A_DIGIT
        + (ascii_characters - digits) * _AN_ASCII_CHARACTER
        - 1e-9  # else a sum of exact quarters may be rounded up
    )
