"""What a run's tokens cost: from the list, from --price, or asked for."""

import sys

import click

from hyllm.batch import Setup
from hyllm.client import Price, find_price
from hyllm.errors import UsageError

_FORM = "IN/CACHED/OUT, dollars a million tokens, such as 0.25/0.025/2 (0/0/0 for a model of your own)"


def price_of_run(setup: Setup, given: str | None, *, needed: bool, batch: bool = False) -> Price | None:
    """The price of a million tokens of the setup's model; `None` if nobody knows it and it is not needed.

    Args:
        setup: whose model.
        given: what --price says.
        needed: whether there is a cap on dollars.
        batch: the price of what is asked in batch files.
    """
    if given is not None:
        return _price(given)
    known = find_price(setup.pinned.reached, setup.model, batch=batch)
    what = "batch price" if batch else "price"
    if known or not needed:
        return known
    if sys.stdin.isatty():
        return _price(click.prompt(f"The {what} of {setup.model} is not known. {_FORM}", err=True))
    raise UsageError(f"the {what} of {setup.model} is not known, and --max-cost needs it: --price {_FORM}")


def _price(text: str) -> Price:
    try:
        prompt, cached, completion = (float(part) for part in text.split("/"))
    except ValueError:
        raise UsageError(f"--price {text!r}: give {_FORM}") from None
    if not min(prompt, cached, completion) >= 0:
        raise UsageError(f"--price {text!r}: a price is not below 0")
    return Price(prompt, cached, completion, "")
